// Calls of the API. A correction keeps its key, so that sending it again counts once.

const TRIES = 6;

export class Refused extends Error {}

export async function post(path, content) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
  if (answer.status === 401) location.assign("/login");
  if (answer.status === 503 || answer.status === 429) {
    const error = new Error((await answer.json()).detail);
    error.wait = Number(answer.headers.get("Retry-After") ?? 1) * 1_000;
    throw error;
  }
  if (!answer.ok) throw new Refused((await answer.json()).detail);
  return answer.json();
}

export async function correct(feedback, onWait) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await post("/feedback", feedback);
    } catch (error) {
      if (error instanceof Refused || tries === TRIES) throw error;
      onWait();
      await new Promise((resolve) => setTimeout(resolve, error.wait ?? 1_000 * tries));
    }
  }
}

// `crypto.randomUUID` is missing on plain http beyond localhost.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

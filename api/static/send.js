// Calls of the API. What it refuses is said in the page's language. A correction keeps its key, so that sending it again counts once.

import { t } from "./texts.js";

const TRIES = 6;
const PROBLEM = "urn:badbuzz:problem:";

export class Refused extends Error {}

// With a key, a second try of the same call counts once.
export const post = (path, content, key) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json", ...(key && { "Idempotency-Key": key }) }, body: JSON.stringify(content) });

export const remove = (path) => call(path, { method: "DELETE" });

export const get = (path) => call(path, {});

async function call(path, options) {
  const answer = await fetch(path, options);
  if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json().catch(() => ({}));
  const why = t(`problem.${(problem.type ?? "").replace(PROBLEM, "") || "fault"}`);
  if (answer.status !== 503 && answer.status !== 429) throw new Refused(why);
  const error = new Error(why);
  error.wait = Number(answer.headers.get("Retry-After") ?? 1) * 1_000;
  throw error;
}

// A call that may be made twice, again and again while the server says "not now", as in its first seconds.
export async function insist(path, content, onWait, key) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await post(path, content, key);
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

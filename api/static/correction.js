// One click says what a text really is.

import { el } from "./dom.js";
import { correct, newKey } from "./send.js";

const may = document.body.dataset.roles.split(" ").includes("feedback");
const other = { negative: ["positive"], positive: ["negative"], uncertain: ["negative", "positive"] };

export function correction(tweet) {
  const place = el("span", { class: "correction" });
  if (!may || !other[tweet.label]) return place;
  const feedback = {
    text: tweet.text,
    tweet_id: tweet.id ?? null,
    predicted: tweet.label,
    model_version: tweet.model_version,
    key: newKey(),
  };
  offer(place, other[tweet.label], feedback);
  return place;
}

function offer(place, rights, feedback, note = "") {
  const buttons = rights.map((right) =>
    el("button", { class: "fix", type: "button", onclick: () => send(place, { ...feedback, right }) }, `It is ${right}`),
  );
  place.replaceChildren(note, ...buttons);
}

async function send(place, feedback) {
  const said = el("span", { role: "status" }, "Saving…");
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(said);
  if (hadFocus) {
    said.tabIndex = -1;
    said.focus();
  }
  try {
    await correct(feedback, () => (said.textContent = "Saving, still trying…"));
    said.textContent = `Corrected to ${feedback.right}`;
    said.className = "done";
  } catch (error) {
    offer(place, [feedback.right], feedback, `Not saved: ${error.message} `);
  }
}

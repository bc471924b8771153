// One click says what a text really is.

import { el } from "./dom.js";
import { insist, newKey } from "./send.js";
import { t } from "./texts.js";

const may = document.body.dataset.roles.split(" ").includes("feedback");
const classes = ["negative", "neutral", "positive"];

export function correction(tweet) {
  const place = el("span", { class: "correction" });
  if (!may) return place;
  const feedback = {
    text: tweet.text,
    tweet_id: tweet.id ?? null,
    predicted: tweet.label,
    model_version: tweet.model_version,
    key: newKey(),
  };
  offer(place, classes.filter((one) => one !== tweet.label), feedback);
  return place;
}

function offer(place, rights, feedback, note = "") {
  const buttons = rights.map((right) =>
    el("button", { class: "fix", type: "button", onclick: () => send(place, { ...feedback, right }) }, t(`fix.${right}`)),
  );
  place.replaceChildren(note, ...buttons);
}

async function send(place, feedback) {
  const said = el("span", { role: "status" }, t("fix.saving"));
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(said);
  if (hadFocus) {
    said.tabIndex = -1;
    said.focus();
  }
  try {
    await insist("/feedback", feedback, () => (said.textContent = t("fix.trying")));
    said.textContent = t(`fix.done.${feedback.right}`);
    said.className = "done";
  } catch (error) {
    offer(place, [feedback.right], feedback, t("fix.failed", { why: error.message }));
  }
}

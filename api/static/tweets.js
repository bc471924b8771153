// The list of tweets as they are scored.

import { correction } from "./correction.js";
import { byId, el } from "./dom.js";
import { number, rate as paced, time } from "./format.js";
import { each } from "./parts.js";
import { score } from "./score.js";
import { t } from "./texts.js";

const MOST = 60;
const list = byId("tweets");
const pause = byId("pause");
let shown = "";
let held = [];

export function add(tweets) {
  if (isHeld()) {
    held = [...held, ...tweets].slice(-MOST);
    tell();
    return;
  }
  for (const made of each(tweets, row)) list.prepend(made);
  while (list.children.length > MOST) list.lastElementChild.remove();
  byId("no-tweets").hidden = list.children.length > 0;
}

export function replace(tweets) {
  if (list.children.length) return; // connected anew: what is on the page stays
  add(tweets);
}

export function note(seen, sent, rate) {
  byId("stream-note").textContent =
    seen > sent ? t("tweets.sample", { rate: paced(rate) }) : t("tweets.every");
}

// Nobody reads a list that moves under the pointer, or corrects a tweet that runs away.
function isHeld() {
  return pause.ariaPressed === "true" || list.matches(":hover") || list.contains(document.activeElement);
}

function tell() {
  pause.textContent = held.length ? t("tweets.show_new", { count: number(held.length) }) : t(pause.ariaPressed === "true" ? "tweets.resume" : "tweets.pause");
}

function release() {
  const waiting = held;
  held = [];
  add(waiting);
  tell();
}

function row(tweet) {
  return el(
    "li",
    { class: "tweet", "data-label": tweet.label, "data-id": tweet.id, hidden: shown !== "" && shown !== tweet.label },
    el(
      "p",
      { class: "who" },
      el("strong", {}, tweet.author ? `@${tweet.author}` : t("tweets.someone")),
      ...tweet.brands.map((brand) => el("span", { class: "chip" }, brand)),
      el("time", { datetime: new Date(tweet.at).toISOString() }, time(tweet.at)),
    ),
    el("p", { class: "text", dir: "auto" }, tweet.text),
    el(
      "p",
      { class: "verdict" },
      el("span", { class: "pill" }, t(`label.${tweet.label}`)),
      ...score(tweet),
      correction(tweet),
    ),
  );
}

pause.addEventListener("click", () => {
  if (held.length && pause.ariaPressed !== "true") return release();
  pause.ariaPressed = pause.ariaPressed === "true" ? "false" : "true";
  if (pause.ariaPressed === "false") release();
  tell();
});
list.addEventListener("pointerleave", () => isHeld() || release());
list.addEventListener("focusout", () => setTimeout(() => isHeld() || release(), 0));

for (const choice of document.querySelectorAll("input[name=label]")) {
  choice.addEventListener("change", () => {
    shown = choice.value;
    for (const item of list.children) item.hidden = shown !== "" && item.dataset.label !== shown;
  });
}

// The list of tweets as they are scored.

import { correction } from "./correction.js";
import { byId, el } from "./dom.js";
import { labels, number, percent, time } from "./format.js";

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
  for (const tweet of tweets) list.prepend(row(tweet));
  while (list.children.length > MOST) list.lastElementChild.remove();
  byId("no-tweets").hidden = list.children.length > 0;
}

export function replace(tweets) {
  if (list.children.length) return; // connected anew: what is on the page stays
  add(tweets);
}

export function note(seen, sent, rate) {
  byId("stream-note").textContent =
    seen > sent ? `A sample of ${number(rate)} tweets a second` : "Every tweet, the newest first";
}

// Nobody reads a list that moves under the pointer, or corrects a tweet that runs away.
function isHeld() {
  return pause.ariaPressed === "true" || list.matches(":hover") || list.contains(document.activeElement);
}

function tell() {
  pause.textContent = held.length ? `Show ${held.length} new` : pause.ariaPressed === "true" ? "Go on" : "Pause";
}

function release() {
  const waiting = held;
  held = [];
  add(waiting);
  tell();
}

function row(tweet) {
  const scored = tweet.p_negative !== null;
  return el(
    "li",
    { class: "tweet", "data-label": tweet.label, "data-id": tweet.id, hidden: shown !== "" && shown !== tweet.label },
    el(
      "p",
      { class: "who" },
      el("strong", {}, tweet.author ? `@${tweet.author}` : "someone"),
      ...tweet.brands.map((brand) => el("span", { class: "chip" }, brand)),
      el("time", { datetime: new Date(tweet.at).toISOString() }, time(tweet.at)),
    ),
    el("p", { class: "text", dir: "auto" }, tweet.text),
    el(
      "p",
      { class: "verdict" },
      el("span", { class: "pill" }, labels[tweet.label]),
      scored ? meter(tweet.p_negative) : null,
      scored ? el("span", { class: "score" }, `${percent(tweet.p_negative)} negative`) : null,
      correction(tweet),
    ),
  );
}

export function meter(p) {
  const bar = el("span", { class: "meter", "aria-hidden": "true" }, el("i"));
  bar.firstChild.style.width = `${p * 100}%`;
  return bar;
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

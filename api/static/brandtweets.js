// The tweets of the brand that are kept: searched, filtered, page by page.

import { correction } from "./correction.js";
import { byId, el } from "./dom.js";
import { moment, number } from "./format.js";
import { each } from "./parts.js";
import { get } from "./send.js";
import { t } from "./texts.js";
import { score } from "./score.js";

const list = byId("brandtweets");
const more = byId("more-tweets");
const words = byId("words");
const inRange = byId("in-range");
const WAIT_MS = 300;
const REFRESH_MS = 10_000;
const FIRST_MS = 2_000; // somebody who has just added a brand waits for its first tweet

let path;
let shown = () => null;
let label = "";
let next = null;
let waiting;
let isFirst = true; // only the first page is shown
let loaded = 0;

export function start(brandPath, range) {
  path = brandPath;
  shown = range;
  load(null);
  setInterval(() => {
    const isRead = list.matches(":hover") || list.contains(document.activeElement);
    const isDue = !list.children.length || Date.now() - loaded >= REFRESH_MS;
    if (isFirst && isDue && !isRead && !document.hidden) load(null);
  }, FIRST_MS);
}

export function search(text) {
  words.value = text;
  load(null);
  byId("search").scrollIntoView({ block: "center" });
  words.focus({ preventScroll: true });
}

// The chart shows another time.
export function range() {
  if (inRange.checked) load(null);
}

function filters() {
  const time = inRange.checked ? shown() : null;
  return { ...(words.value.trim() && { q: words.value.trim() }), ...(label && { label }), ...(time && { since: time.start, until: time.end }) };
}

async function load(cursor) {
  loaded = Date.now();
  const asked = filters();
  byId("tweets-csv").href = `${path}/tweets.csv?${new URLSearchParams(asked)}`;
  try {
    const page = await get(`${path}/tweets?${new URLSearchParams({ ...asked, ...(cursor && { cursor }) })}`);
    const rows = each(page.tweets, row);
    if (cursor) list.append(...rows);
    else list.replaceChildren(...rows);
    isFirst = !cursor;
    next = page.next;
    more.hidden = next === null;
    byId("brandtweets-note").textContent = list.children.length ? t("brandtweets.kept", { count: number(page.kept) }) : t(Object.keys(asked).length ? "brandtweets.nothing" : "brandtweets.empty");
  } catch (error) {
    byId("brandtweets-note").textContent = error.message;
  }
}

function row(tweet) {
  return el(
    "li",
    { class: "tweet", "data-label": tweet.label, "data-id": tweet.id },
    el("p", { class: "who" }, el("strong", {}, tweet.author ? `@${tweet.author}` : t("tweets.someone")), el("time", { datetime: tweet.at }, moment(tweet.at))),
    el("p", { class: "text", dir: "auto" }, tweet.text),
    el("p", { class: "verdict" }, el("span", { class: "pill" }, t(`label.${tweet.label}`)), ...score(tweet), correction(tweet)),
  );
}

byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  load(null);
});
words.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => load(null), WAIT_MS);
});
inRange.addEventListener("change", () => load(null));
more.addEventListener("click", () => load(next));
for (const choice of document.querySelectorAll("#search input[name=label]")) {
  choice.addEventListener("change", () => {
    label = choice.value;
    load(null);
  });
}

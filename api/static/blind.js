// Whether the page shows how things are now. What is not seen is unknown, never calm.

import { byId, el } from "./dom.js";
import { ago } from "./format.js";
import { named, t } from "./texts.js";

const LIMIT_S = Number(document.body.dataset.blindSeconds || 60);
const opened = Date.now();
let heard = null; // when anything came from the server, in ms
let told = { view: "unknown", behind: null, reasons: [], late: 0 };

export function hear(news) {
  heard = Date.now();
  if (news.view) told = { view: news.view, behind: news.behind, reasons: news.reasons ?? [], late: news.late ?? 0 };
}

// How many mentions of the last hour came too late for any alert.
export function late() {
  return told.late;
}

// In seconds: how old what is shown is; 0 if it is how things are, null if nothing came yet.
export function behind() {
  const silent = silence();
  if (told.view !== "unknown") return silent > LIMIT_S ? silent : 0;
  if (told.behind === null) return heard === null && silent > LIMIT_S ? silent : null;
  return told.behind + (silent > LIMIT_S ? silent : 0);
}

// Such as "unknown, 3 min behind"; null if the page shows how things are.
export function unknown() {
  const seconds = behind();
  if (seconds === 0 && told.view !== "unknown") return null;
  return seconds === null ? t("unknown") : t("unknown.behind", { time: ago(seconds) });
}

export function show() {
  const text = unknown();
  const reasons = silence() > LIMIT_S ? ["no_news"] : heard === null ? ["connecting"] : told.reasons;
  document.body.classList.toggle("blind", text !== null);
  const banner = byId("blind");
  banner.hidden = text === null;
  if (text !== null) {
    const why = reasons.map((reason) => named("reason", reason)).join("; ");
    banner.replaceChildren(el("strong", {}, text.charAt(0).toUpperCase() + text.slice(1)), t("unknown.banner", { reasons: why }));
  }
}

function silence() {
  return Math.floor((Date.now() - (heard ?? opened)) / 1_000);
}

// Alerts that are open, each with its reason.

import { unknown } from "./blind.js";
import { card, place, subline } from "./card.js";
import { byId, el, keepFocus } from "./dom.js";
import { moment, number } from "./format.js";
import { each } from "./parts.js";
import { plain } from "./plain.js";
import { t } from "./texts.js";

let open = [];
let closed = [];

export function show(alerts) {
  open = alerts.filter((alert) => alert && alert.state !== "closed");
  closed = alerts.filter((alert) => alert?.state === "closed");
  draw();
}

function draw() {
  keepFocus(byId("alerts"), () => byId("alerts").replaceChildren(...each(open, (alert) => card(alert)), ...(closed.length ? [past(closed)] : [])));
  count();
}

document.addEventListener("badbuzz-alert", ({ detail }) => {
  open = open.map((alert) => (alert.id === detail.id ? detail : alert));
  draw();
});

// The figure and the title: no alert is calm only while the page shows how things are.
export function count() {
  const blind = unknown();
  const brands = open.map((alert) => plain(alert.brand)).join(", ");
  byId("open-alerts").textContent = open.length || !blind ? number(open.length) : "–";
  byId("alerts-note").textContent = [brands, blind].filter(Boolean).join("; ") || t("calm");
  const many = open.length ? `(${open.length}) ` : "";
  document.title = `${many}badbuzz · ${t(blind ? "title.unknown" : "title.live")}`;
}

function past(closed) {
  const rows = each(closed, (alert) => el("li", {}, el("a", { href: place(alert) }, alert.brand), ` ${subline(alert)}, ${t("alert.over", { time: moment(alert.at) })}`));
  return el("details", { class: "past" }, el("summary", {}, t("alert.closed_hour", { count: closed.length })), el("ul", {}, ...rows));
}

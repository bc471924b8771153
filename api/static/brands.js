// The table of brands, and which of them the chart shows.

import { byId, el, svg } from "./dom.js";
import { number, percent, points } from "./format.js";
import { ALL, brands, counts, minutes, now, share } from "./series.js";

const COLORS = ["c1", "c2", "c3", "c4", "c5"];
const FIRST = 3;
const MOST_ROWS = 12;
const body = byId("brands");
const colors = new Map(); // brand -> colour, while the chart shows it
let chose = false;

export function chosen() {
  return [{ brand: ALL, color: "c0" }, ...[...colors].map(([brand, color]) => ({ brand, color }))];
}

export function show(onChange) {
  const found = brands().slice(0, MOST_ROWS);
  if (!chose && colors.size < FIRST) for (const { brand } of found.slice(0, FIRST - colors.size)) choose(brand, true);
  byId("no-brands").hidden = found.length > 0;
  const focused = document.activeElement?.dataset?.brand;
  body.replaceChildren(...found.map((entry) => row(entry, onChange)));
  if (focused) body.querySelector(`[data-brand="${CSS.escape(focused)}"]`)?.focus();
}

function choose(brand, on) {
  const free = COLORS.find((color) => ![...colors.values()].includes(color));
  if (!on) colors.delete(brand);
  else if (!colors.has(brand) && free) colors.set(brand, free);
}

function row({ brand, mentions }, onChange) {
  const last = now();
  const recent = share(brand, last, 10);
  const [negative, scored] = counts(brand, last - 59, last);
  const change = recent === null ? null : recent - negative / scored;
  const on = colors.has(brand);
  const toggle = el(
    "button",
    {
      class: "toggle",
      "aria-pressed": String(on),
      "data-brand": brand,
      disabled: !on && colors.size === COLORS.length,
      onclick: () => {
        chose = true;
        choose(brand, !on);
        onChange();
      },
    },
    el("i", { class: `dot ${colors.get(brand) ?? "none"}` }),
    brand,
  );
  const trend = change === null || Math.abs(change) < 0.03 ? "even" : change > 0 ? "worse" : "better";
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, toggle),
    el("td", { class: "num strong" }, recent === null ? "–" : percent(recent)),
    el("td", { class: `num ${trend}` }, change === null ? "–" : `${points(change)} pt`),
    el("td", { class: "num" }, number(mentions)),
    el("td", { class: "spark" }, spark(brand)),
  );
}

function spark(brand) {
  const values = minutes().map((minute) => share(brand, minute));
  const top = Math.max(0.3, ...values);
  const path = values.map((value, index) => (value === null ? null : `${index * 1.5},${(23 - (value / top) * 22).toFixed(1)}`)).filter(Boolean);
  return svg("svg", { viewBox: "0 0 90 24", width: 90, height: 24, class: "sparkline", "aria-hidden": "true" }, svg("polyline", { points: path.join(" ") }));
}

// The table of brands, and which of them the chart shows.

import { late, unknown } from "./blind.js";
import { byId, el, svg } from "./dom.js";
import { number, percent, points } from "./format.js";
import { each } from "./parts.js";
import { ALL, brands, minutes, now, runs, share, unsupported } from "./series.js";
import { t } from "./texts.js";

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
  byId("no-brands").textContent = unknown() ?? t("brands.empty");
  byId("brands-note").textContent = unknown() ?? (late() ? t("brands.late", { count: number(late()) }) : t("brands.hint"));
  const focused = document.activeElement?.dataset?.brand;
  body.replaceChildren(...each(found, (entry) => row(entry, onChange)));
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
  const change = recent === null ? null : recent - share(brand, last, 60);
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
  const page = el("a", { class: "go", href: `/brands/${encodeURIComponent(brand)}`, "aria-label": t("brands.open", { brand }) }, "→");
  const blind = unknown();
  const figure = (text) => (blind ? t("unknown") : text);
  const trend = change === null || Math.abs(change) < 0.03 ? "even" : change > 0 ? "worse" : "better";
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("span", { class: "named" }, toggle, page)),
    el("td", { class: "num strong" }, figure(recent === null ? "–" : percent(recent))),
    el("td", { class: `num ${blind ? "even" : trend}` }, figure(change === null ? "–" : t("brands.points", { points: points(change) }))),
    el("td", { class: "num" }, figure(number(mentions))),
    el("td", { class: "num" }, figure(percent(unsupported(brand) ?? 0))),
    el("td", { class: "spark" }, spark(brand)),
  );
}

function spark(brand) {
  const first = minutes()[0];
  const found = runs(brand);
  const top = Math.max(0.3, ...found.flatMap((run) => run.points.map(([, value]) => value)));
  const place = ([minute, value]) => `${(minute - first) * 1.5},${(23 - (value / top) * 22).toFixed(1)}`;
  const lines = found.map((run) => svg("polyline", { class: run.sparse ? "sparse" : "", points: run.points.map(place).join(" ") }));
  return svg("svg", { viewBox: "0 0 90 24", width: 90, height: 24, class: "sparkline", "aria-hidden": "true" }, ...lines);
}

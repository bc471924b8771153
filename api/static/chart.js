// The negative share over the last hour as lines, the volume as bars below.

import { behind, unknown } from "./blind.js";
import { chosen } from "./brands.js";
import { byId, el, svg } from "./dom.js";
import { minuteTime, number, percent } from "./format.js";
import { ALL, minutes, point as told, runs, volume } from "./series.js";
import { t } from "./texts.js";

const share = (brand, minute) => told(brand, minute)?.share ?? null;

const box = byId("chart");
const SHARE = { top: 12, height: 190 };
const BARS = { top: 222, height: 44 };
const HEIGHT = 290;
const LEFT = 44;
const RIGHT = 12;
let pointed = null;

export const name = (brand) => (brand === ALL ? t("chart.all") : brand);

export function draw() {
  const width = box.clientWidth;
  if (!width) return;
  const frame = makeFrame(width);
  const parts = [grid(frame), bars(frame), ...chosen().map((line) => curve(frame, line))];
  const blind = unseen(frame);
  if (blind) parts.unshift(blind);
  if (pointed !== null) parts.push(cursor(frame));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" }, ...parts);
  box.replaceChildren(picture, ...(pointed === null ? [] : [reading(frame)]));
  byId("legend").replaceChildren(...chosen().map(({ brand, color }) => el("li", {}, el("i", { class: `dot ${color}` }), name(brand))));
  table(frame);
}

function makeFrame(width) {
  const times = minutes();
  const step = (width - LEFT - RIGHT) / (times.length - 1);
  const shares = chosen().flatMap(({ brand }) => times.map((minute) => share(brand, minute) ?? 0));
  const top = Math.min(1, Math.max(0.4, Math.ceil(Math.max(...shares, 0) * 5 + 0.25) / 5));
  return {
    width,
    times,
    step,
    top,
    x: (minute) => LEFT + (minute - times[0]) * step,
    y: (value) => SHARE.top + SHARE.height * (1 - value / top),
  };
}

function grid({ width, times, top, x, y }) {
  const made = svg("g", { class: "grid" });
  for (let value = 0; value <= top + 0.001; value += 0.2) {
    made.append(svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }));
    made.append(svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, percent(value)));
  }
  const every = width < 520 ? 20 : 10;
  for (const minute of times.filter((one) => one % every === 0)) {
    if (x(minute) < LEFT + 14 || x(minute) > width - 24) continue;
    made.append(svg("text", { x: x(minute), y: HEIGHT - 4, "text-anchor": "middle" }, minuteTime(minute)));
  }
  return made;
}

function bars({ times, step, x }) {
  const most = Math.max(1, ...times.map((minute) => volume(ALL, minute)));
  const made = svg("g", { class: "bars" });
  for (const minute of times) {
    const height = (BARS.height * volume(ALL, minute)) / most;
    if (height) made.append(svg("rect", { x: x(minute) - step * 0.35, y: BARS.top + BARS.height - height, width: step * 0.7, height: Math.max(height, 1), rx: 1 }));
  }
  made.append(svg("text", { x: LEFT - 8, y: BARS.top + 10, "text-anchor": "end" }, number(most)));
  return made;
}

// Few tweets make a thin line, minutes that nobody saw none.
function curve({ times, x, y }, { brand, color }) {
  const made = svg("g", { class: `line ${color}` });
  const place = ([minute, value]) => [x(minute).toFixed(1), y(value).toFixed(1)];
  const found = runs(brand);
  for (const { sparse, points } of found) {
    const places = points.map(place);
    if (places.length === 1) made.append(svg("circle", { cx: places[0][0], cy: places[0][1], r: sparse ? 1.5 : 2.5 }));
    else made.append(svg("polyline", { class: sparse ? "sparse" : "", points: places.join(" ") }));
  }
  const [minute, value] = found.at(-1)?.points.at(-1) ?? [];
  if (minute >= times.at(-1) - 1) made.append(svg("circle", { cx: x(minute).toFixed(1), cy: y(value).toFixed(1), r: 3.5 }));
  return made;
}

// The stretch at the end of which nobody knows.
function unseen({ times, x, width }) {
  const seconds = behind();
  if (unknown() === null) return null;
  const from = seconds === null ? times[0] : Math.max(times[0], times.at(-1) - Math.floor(seconds / 60));
  const left = Math.min(x(from), width - RIGHT - 24);
  return svg(
    "g",
    { class: "unseen-time" },
    svg("rect", { x: left, y: SHARE.top, width: width - RIGHT - left, height: BARS.top + BARS.height - SHARE.top }),
    svg("text", { x: width - RIGHT - 4, y: SHARE.top + 14, "text-anchor": "end" }, unknown()),
  );
}

function cursor({ times, x, y }) {
  const minute = times[pointed];
  const made = svg("g", { class: "cursor" }, svg("line", { x1: x(minute), x2: x(minute), y1: SHARE.top, y2: BARS.top + BARS.height }));
  for (const { brand, color } of chosen()) {
    const value = share(brand, minute);
    if (value !== null) made.append(svg("circle", { class: color, cx: x(minute), cy: y(value), r: 4 }));
  }
  return made;
}

function reading({ times, width, x }) {
  const minute = times[pointed];
  const rows = chosen().map(({ brand, color }) => {
    const value = share(brand, minute);
    return el("li", {}, el("i", { class: `dot ${color}` }), el("span", {}, name(brand)), el("b", {}, value === null ? t("chart.too_few") : percent(value)));
  });
  const made = el("div", { class: "reading" }, el("p", {}, t("chart.reading", { time: minuteTime(minute), count: number(volume(ALL, minute)) })), el("ul", {}, ...rows));
  const left = x(minute) > width / 2;
  made.style[left ? "right" : "left"] = `${left ? width - x(minute) + 12 : x(minute) + 12}px`;
  return made;
}

// Rebuilt only while it is open: it has a row for each minute.
function table({ times }) {
  const place = byId("chart-table");
  if (!place.closest("details").open) return;
  const lines = chosen();
  const cell = (brand, minute) => el("td", { class: "num" }, share(brand, minute) === null ? "–" : percent(share(brand, minute)));
  const head = el("tr", {}, ...[t("chart.minute"), t("chart.scored"), ...lines.map(({ brand }) => name(brand))].map((text) => el("th", { scope: "col" }, text)));
  const rows = [...times].reverse().map((minute) =>
    el("tr", {}, el("th", { scope: "row" }, minuteTime(minute)), el("td", { class: "num" }, number(volume(ALL, minute))), ...lines.map(({ brand }) => cell(brand, minute))),
  );
  place.replaceChildren(el("thead", {}, head), el("tbody", {}, ...rows));
}

function point(index) {
  pointed = index;
  draw();
}

function tell() {
  const minute = minutes()[pointed];
  const values = chosen().map(({ brand }) => `${name(brand)} ${share(brand, minute) === null ? t("chart.too_few_tweets") : percent(share(brand, minute))}`);
  byId("chart-reading").textContent = `${minuteTime(minute)}: ${values.join(", ")}`;
}

box.addEventListener("pointermove", (event) => {
  const { times, step } = makeFrame(box.clientWidth);
  const index = Math.round((event.clientX - box.getBoundingClientRect().left - LEFT) / step);
  point(Math.min(Math.max(index, 0), times.length - 1));
});
box.addEventListener("pointerleave", () => point(null));
box.addEventListener("blur", () => point(null));
box.addEventListener("keydown", (event) => {
  const moves = { ArrowLeft: -1, ArrowRight: 1 };
  if (!(event.key in moves)) return;
  event.preventDefault();
  const last = minutes().length - 1;
  point(Math.min(Math.max((pointed ?? last + 1) + moves[event.key], 0), last));
  tell();
});
byId("chart-table").closest("details").addEventListener("toggle", draw);
new ResizeObserver(draw).observe(box);

// Share and volume of the brand beside what is usual, over an hour, a day or a week.

import { byId, el, svg } from "./dom.js";
import { dated, day, dayOfMonth, moment, number, percent, time } from "./format.js";
import { get } from "./send.js";
import { t } from "./texts.js";

const box = byId("series");
const SHARE = { top: 12, height: 180 };
const BARS = { top: 214, height: 60 };
const HEIGHT = 300;
const LEFT = 46;
const RIGHT = 12;
const REFRESH_MS = 15_000;
const MINUTE_MS = 60_000;
const SPANS = { hour: 60, day: 1_440, week: 10_080 };

let path;
let periods = () => [];
let series = null;
let span = new URLSearchParams(location.search).get("span");
let until = new URLSearchParams(location.search).get("until"); // null: up to now
let pointed = null;
let changed = () => {};

export function start(brandPath, alertPeriods) {
  path = brandPath;
  periods = alertPeriods;
  if (!(span in SPANS)) span = "day";
  document.querySelector(`input[name=span][value=${span}]`).checked = true;
  setInterval(() => until === null && !document.hidden && refresh(), REFRESH_MS);
}

export const onRange = (call) => (changed = call);

// From when to when the chart shows; null before it shows anything.
export const shown = () => series && { start: series.start, end: series.end, span };

export async function refresh() {
  const query = new URLSearchParams({ span, ...(until && { until }) });
  try {
    series = await get(`${path}/series?${query}`);
  } catch (error) {
    byId("series-note").textContent = error.message;
    return;
  }
  pointed = null;
  draw();
}

// The span in which an alert stands.
export function showAt(alert) {
  const length = (Date.parse(alert.window_end) - Date.parse(alert.opened_at)) / MINUTE_MS;
  const lasted = Math.max(length, (Date.parse(alert.at) - Date.parse(alert.window_start)) / MINUTE_MS);
  choose(lasted > 1_000 ? "week" : "day", Math.min(Date.now(), Date.parse(alert.at) + (SPANS.day / 8) * MINUTE_MS));
}

function choose(newSpan, end) {
  span = newSpan;
  until = end === null || end > Date.now() - MINUTE_MS ? null : new Date(end).toISOString();
  document.querySelector(`input[name=span][value=${span}]`).checked = true;
  const address = new URL(location);
  address.searchParams.set("span", span);
  if (until) address.searchParams.set("until", until);
  else address.searchParams.delete("until");
  history.replaceState(null, "", address);
  refresh().then(() => changed());
}

export function draw() {
  const width = box.clientWidth;
  if (!series || !width) return;
  const frame = makeFrame(width);
  const parts = [alarms(frame), usualShare(frame), grid(frame), bars(frame), usualVolume(frame), line(frame)];
  if (pointed !== null) parts.push(cursor(frame));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" }, ...parts);
  box.replaceChildren(picture, ...(pointed === null ? [] : [reading(frame)]));
  byId("series-range").textContent = t("series.range", { start: dated(series.start), end: dated(series.end) });
  byId("series-note").textContent = note();
  byId("later").disabled = byId("latest").disabled = until === null;
  table();
}

function note() {
  if (!series.first) return t("series.none");
  const parts = [];
  if (Date.parse(series.first) > Date.parse(series.start)) parts.push(t("series.since", { time: moment(series.first) }));
  if (!series.points.some((point) => point.usual_mentions)) parts.push(t("series.no_usual"));
  return parts.join(" ");
}

function makeFrame(width) {
  const { points } = series;
  const step = (width - LEFT - RIGHT) / points.length;
  const shares = points.flatMap((point) => [point.share ?? 0, point.usual_share?.high ?? 0]);
  const top = Math.min(1, Math.max(0.4, Math.ceil(Math.max(...shares) * 5 - 0.01) / 5));
  const most = Math.max(1, ...points.map((point) => Math.max(point.mentions ?? 0, point.usual_mentions?.mean ?? 0)));
  return {
    width,
    points,
    step,
    top,
    most,
    x: (index) => LEFT + (index + 0.5) * step,
    y: (value) => SHARE.top + SHARE.height * (1 - Math.min(value, top) / top),
    v: (value) => BARS.top + BARS.height * (1 - Math.min(value, most) / most),
  };
}

function grid({ width, points, top, most, x, y }) {
  const made = svg("g", { class: "grid" });
  for (let value = 0; value <= top + 0.001; value += 0.2) {
    made.append(svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }));
    made.append(svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, percent(value)));
  }
  made.append(svg("text", { x: LEFT - 8, y: BARS.top + 10, "text-anchor": "end" }, number(most)));
  const every = Math.max(1, Math.round(points.length / Math.max(3, Math.floor(width / 110))));
  const isMarked = (point, index) => (span === "week" ? new Date(point.at).getHours() === 0 : index % every === Math.floor(every / 2));
  points.forEach((point, index) => {
    if (isMarked(point, index) && x(index) < width - 30) made.append(svg("text", { x: x(index), y: HEIGHT - 6, "text-anchor": "middle" }, tick(point.at)));
  });
  return made;
}

const tick = (at) => (span === "week" ? (box.clientWidth < 620 ? dayOfMonth(at) : day(at)) : time(at));

// Stretches of neighbouring steps for which `value` gives something.
function stretches(points, value) {
  const found = [];
  let last = null;
  points.forEach((point, index) => {
    const got = value(point);
    if (got === null || got === undefined) last = null;
    else if (last) last.push([index, got]);
    else found.push((last = [[index, got]]));
  });
  return found;
}

function area(found, x, low, high) {
  const upper = found.map(([index, range]) => `${x(index).toFixed(1)},${high(range).toFixed(1)}`);
  const lower = found.map(([index, range]) => `${x(index).toFixed(1)},${low(range).toFixed(1)}`).reverse();
  return svg("polygon", { points: [...upper, ...lower].join(" ") });
}

function usualShare({ points, x, y }) {
  const bands = stretches(points, (point) => point.usual_share).map((found) => area(found, x, (range) => y(range.low), (range) => y(range.high)));
  return svg("g", { class: "usual" }, ...bands);
}

function usualVolume({ points, x, v }) {
  const lines = stretches(points, (point) => point.usual_mentions).map((found) =>
    svg("polyline", { points: found.map(([index, range]) => `${x(index).toFixed(1)},${v(range.mean).toFixed(1)}`).join(" ") }),
  );
  return svg("g", { class: "usual-volume" }, ...lines);
}

function bars({ points, step, x, v }) {
  const made = svg("g", { class: "bars" });
  points.forEach((point, index) => {
    if (point.mentions) made.append(svg("rect", { x: x(index) - step * 0.38, y: v(point.mentions), width: Math.max(step * 0.76, 1), height: BARS.top + BARS.height - v(point.mentions), rx: 1 }));
  });
  return made;
}

function line({ points, x, y }) {
  const made = svg("g", { class: "line c1" });
  for (const found of stretches(points, (point) => point.share)) {
    const places = found.map(([index, value]) => [x(index).toFixed(1), y(value).toFixed(1)]);
    if (places.length === 1) made.append(svg("circle", { cx: places[0][0], cy: places[0][1], r: 2.5 }));
    else made.append(svg("polyline", { points: places.join(" ") }));
  }
  return made;
}

function alarms({ width }) {
  const [from, to] = [Date.parse(series.start), Date.parse(series.end)];
  const place = (at) => LEFT + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (width - LEFT - RIGHT);
  const made = svg("g", { class: "alarms" });
  for (const { kind, start, end } of periods()) {
    if (end < from || start > to) continue;
    made.append(svg("rect", { class: kind, x: place(start), y: SHARE.top, width: Math.max(place(end) - place(start), 3), height: BARS.top + BARS.height - SHARE.top }));
  }
  return made;
}

function cursor({ points, x, y }) {
  const made = svg("g", { class: "cursor" }, svg("line", { x1: x(pointed), x2: x(pointed), y1: SHARE.top, y2: BARS.top + BARS.height }));
  const { share } = points[pointed];
  if (share !== null) made.append(svg("circle", { class: "c1", cx: x(pointed), cy: y(share), r: 4 }));
  return made;
}

function reading({ points, width, x }) {
  const point = points[pointed];
  const rows = [[t("series.share"), shareOf(point)], [t("series.volume"), volumeOf(point)]];
  const made = el("div", { class: "reading" }, el("p", {}, moment(point.at)), el("dl", {}, ...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
  const left = x(pointed) > width / 2;
  made.style[left ? "right" : "left"] = `${left ? width - x(pointed) + 12 : x(pointed) + 12}px`;
  return made;
}

function shareOf({ share, mentions, usual_share: usual }) {
  const said = share !== null ? percent(share) : mentions === null ? t("unknown") : t("chart.too_few");
  return usual ? t("series.beside", { now: said, low: percent(usual.low), high: percent(usual.high) }) : said;
}

function volumeOf({ mentions, usual_mentions: usual }) {
  const said = mentions === null ? t("unknown") : number(mentions);
  return usual ? t("series.beside", { now: said, low: number(usual.low), high: number(usual.high) }) : said;
}

// Rebuilt only while it is open: it has a row for each step.
function table() {
  const place = byId("series-table");
  if (!place.closest("details").open) return;
  const head = el("tr", {}, ...[t("series.time"), t("series.share"), t("series.volume")].map((text) => el("th", { scope: "col" }, text)));
  const rows = [...series.points].reverse().map((point) => el("tr", {}, el("th", { scope: "row" }, moment(point.at)), el("td", { class: "num" }, shareOf(point)), el("td", { class: "num" }, volumeOf(point))));
  place.replaceChildren(el("thead", {}, head), el("tbody", {}, ...rows));
}

function point(index) {
  pointed = index;
  draw();
}

function shift(direction) {
  const end = Date.parse(series?.end ?? new Date());
  choose(span, end + (direction * SPANS[span] * MINUTE_MS) / 2);
}

byId("earlier").addEventListener("click", () => shift(-1));
byId("later").addEventListener("click", () => shift(1));
byId("latest").addEventListener("click", () => choose(span, null));
for (const choice of document.querySelectorAll("input[name=span]")) {
  choice.addEventListener("change", () => choose(choice.value, until && Date.parse(until)));
}
box.addEventListener("pointermove", (event) => {
  if (!series) return;
  const { points, step } = makeFrame(box.clientWidth);
  const index = Math.floor((event.clientX - box.getBoundingClientRect().left - LEFT) / step);
  point(Math.min(Math.max(index, 0), points.length - 1));
});
box.addEventListener("pointerleave", () => point(null));
box.addEventListener("blur", () => point(null));
box.addEventListener("keydown", (event) => {
  const moves = { ArrowLeft: -1, ArrowRight: 1 };
  if (!(event.key in moves) || !series) return;
  event.preventDefault();
  const last = series.points.length - 1;
  point(Math.min(Math.max((pointed ?? last + 1) + moves[event.key], 0), last));
  const at = series.points[pointed];
  byId("series-reading").textContent = t("series.spoken", { time: moment(at.at), share: shareOf(at), volume: volumeOf(at) });
});
byId("series-table").closest("details").addEventListener("toggle", draw);
new ResizeObserver(draw).observe(box);

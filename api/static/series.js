// Counts by brand and minute, as the server sends them, and the shares made of them.

import { BINS, estimate } from "./prevalence.js";

export const ALL = "";
const KEPT = 60;
const WINDOW = 5;
const FEWEST = 5;
const SPARSE = 20;

const series = new Map(); // brand -> Map(minute -> [negative, scored, unsupported, pairs of bin and count])
let newest = 0;

export function update(rows, anew) {
  if (anew) series.clear();
  for (const [brand, cells] of Object.entries(rows ?? {})) {
    if (!series.has(brand)) series.set(brand, new Map());
    for (const [minute, ...cell] of cells) {
      series.get(brand).set(minute, cell);
      newest = Math.max(newest, minute);
    }
  }
  const oldest = now() - KEPT;
  for (const [brand, minutes] of series) {
    for (const minute of minutes.keys()) if (minute <= oldest) minutes.delete(minute);
    if (!minutes.size) series.delete(brand);
  }
}

export const now = () => Math.max(newest, Math.floor(Date.now() / 60_000));

export function minutes() {
  const last = now();
  return Array.from({ length: KEPT }, (_, index) => last - KEPT + 1 + index);
}

export function counts(brand, from, to) {
  const found = [0, 0, 0];
  const bins = new Array(BINS).fill(0);
  for (const [minute, [negative, scored, unsupported, pairs]] of series.get(brand) ?? []) {
    if (minute < from || minute > to) continue;
    [negative, scored, unsupported].forEach((count, place) => (found[place] += count));
    for (let place = 0; place < pairs.length; place += 2) bins[pairs[place]] += pairs[place + 1];
  }
  return [...found, bins];
}

// The share of the last minutes up to this one; null when too few tweets tell.
export function share(brand, minute, window = WINDOW) {
  const [negative, scored, , bins] = counts(brand, minute - window + 1, minute);
  return scored < FEWEST ? null : estimate(negative, scored, bins);
}

// What the chart draws: the share, and whether few tweets tell it; null also where a minute is empty,
// as an average must not bridge what nobody saw.
export function point(brand, minute) {
  const value = volume(brand, minute) ? share(brand, minute) : null;
  return value === null ? null : { share: value, sparse: counts(brand, minute - WINDOW + 1, minute)[1] < SPARSE };
}

// Neighbouring minutes that all have a point, and are all sparse or all not.
export function runs(brand) {
  const found = [];
  let run = null;
  for (const minute of minutes()) {
    const at = point(brand, minute);
    if (at === null) run = null;
    else if (run?.sparse === at.sparse) run.points.push([minute, at.share]);
    else found.push((run = { sparse: at.sparse, points: [...(run?.points.slice(-1) ?? []), [minute, at.share]] }));
  }
  return found;
}

export const volume = (brand, minute) => series.get(brand)?.get(minute)?.[1] ?? 0;

function mentions(brand, from, to) {
  const [, scored, unsupported] = counts(brand, from, to);
  return scored + unsupported;
}

// The part of the tweets that the model cannot judge, over the last hour; null without a tweet.
export function unsupported(brand) {
  const last = now();
  const all = mentions(brand, last - KEPT + 1, last);
  return all ? counts(brand, last - KEPT + 1, last)[2] / all : null;
}

export function brands() {
  const last = now();
  return [...series.keys()]
    .filter((brand) => brand !== ALL)
    .map((brand) => ({ brand, mentions: mentions(brand, last - KEPT + 1, last) }))
    .sort((a, b) => b.mentions - a.mentions || a.brand.localeCompare(b.brand));
}

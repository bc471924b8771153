// Counts by brand and minute, as the server sends them, and the shares made of them.

export const ALL = "";
const KEPT = 60;
const WINDOW = 5;
const FEWEST = 5;

const series = new Map(); // brand -> Map(minute -> [negative, scored])
let newest = 0;

export function update(rows, anew) {
  if (anew) series.clear();
  for (const [brand, cells] of Object.entries(rows ?? {})) {
    if (!series.has(brand)) series.set(brand, new Map());
    for (const [minute, negative, scored] of cells) {
      series.get(brand).set(minute, [negative, scored]);
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
  const found = [0, 0];
  const cells = series.get(brand);
  if (!cells) return found;
  for (const [minute, [negative, scored]] of cells) {
    if (minute < from || minute > to) continue;
    found[0] += negative;
    found[1] += scored;
  }
  return found;
}

// The share of the last minutes up to this one; null when too few tweets tell.
export function share(brand, minute, window = WINDOW) {
  const [negative, scored] = counts(brand, minute - window + 1, minute);
  return scored < FEWEST ? null : negative / scored;
}

export const volume = (brand, minute) => series.get(brand)?.get(minute)?.[1] ?? 0;

export function brands() {
  const last = now();
  return [...series.keys()]
    .filter((brand) => brand !== ALL)
    .map((brand) => ({ brand, mentions: counts(brand, last - KEPT + 1, last)[1] }))
    .sort((a, b) => b.mentions - a.mentions || a.brand.localeCompare(b.brand));
}

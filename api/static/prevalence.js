// The share of negatives by maximum likelihood, as sentiment/prevalence.py has it, from counts by bin
// of the log likelihood ratio. Versions that tell no prior are counted by their labels.

const LOWEST = -6;
const WIDTH = 0.5;
export const BINS = 24;
const STEPS = 20;
const ratios = Array.from({ length: BINS }, (_, bin) => Math.exp(LOWEST + WIDTH * (bin + 0.5)));

export function estimate(negative, scored, bins) {
  const called = negative / scored;
  if (bins.reduce((sum, count) => sum + count, 0) < scored) return called;
  let [low, high] = [0, 1];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    if (slope(bins, middle, called) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

// Of the log likelihood, and of one more text, which is what the labels say.
function slope(bins, share, called) {
  const own = called / share - (1 - called) / (1 - share);
  return bins.reduce((sum, count, bin) => (count ? sum + (count * (ratios[bin] - 1)) / (1 + share * (ratios[bin] - 1)) : sum), own);
}

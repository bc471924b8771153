// The probabilities of a tweet.

import { el } from "./dom.js";
import { percent } from "./format.js";
import { t } from "./texts.js";

// As a bar and in words; nothing where it was not judged.
export function score(tweet) {
  if (tweet.p_negative === null) return [];
  const said = { negative: tweet.p_negative, neutral: tweet.p_neutral, positive: tweet.p_positive };
  const parts = Object.entries(said).filter(([, p]) => p !== null && p !== undefined);
  const words = parts.map(([name, p]) => t("score.part", { percent: percent(p), label: t(`word.${name}`) })).join(" · ");
  return [meter(tweet.p_negative, tweet.p_neutral ?? 0), el("span", { class: "score" }, words)];
}

export function meter(negative, neutral = 0) {
  const bar = el("span", { class: "meter", "aria-hidden": "true" }, el("i"), el("i", { class: "neutral" }));
  bar.firstChild.style.width = `${negative * 100}%`;
  bar.lastChild.style.width = `${neutral * 100}%`;
  return bar;
}

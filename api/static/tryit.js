// A box to score a text in, with the words that carry the score.

import { correction } from "./correction.js";
import { byId, el } from "./dom.js";
import { labels, percent } from "./format.js";
import { post } from "./send.js";
import { meter } from "./tweets.js";

const form = byId("try");
const field = byId("try-text");
const result = byId("try-result");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = field.value;
  if (!text.trim()) return;
  result.replaceChildren(el("p", { class: "hint" }, "Scoring…"));
  try {
    show(text, await post("/explain", { text }));
  } catch (error) {
    result.replaceChildren(el("p", { class: "error" }, error.message));
  }
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

function show(text, answer) {
  result.replaceChildren(
    el(
      "p",
      { class: "verdict", "data-label": answer.label },
      el("span", { class: "pill" }, labels[answer.label]),
      meter(answer.p_negative),
      el("span", { class: "score" }, `${percent(answer.p_negative)} negative`),
      correction({ ...answer, text, id: null }),
    ),
    el("p", { class: "marked", dir: "auto" }, ...marked(text, answer.pieces)),
    el("p", { class: "hint" }, summary(answer.pieces)),
  );
}

// The API counts code points, JavaScript counts UTF-16 units.
function marked(text, pieces) {
  const points = Array.from(text);
  const strongest = Math.max(0.02, ...pieces.map((piece) => Math.abs(piece.weight)));
  const parts = [];
  let from = 0;
  for (const piece of pieces) {
    parts.push(points.slice(from, piece.start).join(""));
    const word = points.slice(piece.start, piece.end).join("");
    const strength = Math.abs(piece.weight) / strongest;
    if (strength < 0.08) parts.push(word);
    else parts.push(mark(word, piece.weight, strength));
    from = piece.end;
  }
  parts.push(points.slice(from).join(""));
  return parts;
}

function mark(word, weight, strength) {
  const side = weight > 0 ? "negative" : "positive";
  const made = el("mark", { class: side, title: `${Math.abs(weight * 100).toFixed(1)} points more ${side}` }, word);
  made.style.setProperty("--strength", strength.toFixed(2));
  return made;
}

function summary(pieces) {
  const by = (sign) =>
    pieces
      .filter((piece) => piece.weight * sign > 0.005)
      .sort((a, b) => (b.weight - a.weight) * sign)
      .slice(0, 3)
      .map((piece) => `“${piece.text}”`)
      .join(", ");
  const [worse, better] = [by(1), by(-1)];
  if (!worse && !better) return "No single word carries this score.";
  return [worse && `More negative through ${worse}.`, better && `More positive through ${better}.`].filter(Boolean).join(" ");
}

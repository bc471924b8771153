// A box to score a text in, with the words that carry the score.

import { correction } from "./correction.js";
import { byId, el } from "./dom.js";
import { post } from "./send.js";
import { t } from "./texts.js";
import { score } from "./score.js";

const form = byId("try");
const field = byId("try-text");
const result = byId("try-result");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = field.value;
  if (!text.trim()) return;
  result.replaceChildren(el("p", { class: "hint" }, t("try.scoring")));
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
      el("span", { class: "pill" }, t(`label.${answer.label}`)),
      ...score(answer),
      correction({ ...answer, text, id: null }),
    ),
    el("p", { class: "marked", dir: "auto" }, ...marked(text, answer.pieces)),
    el("p", { class: "hint" }, summary(answer.pieces)),
  );
}

// The API counts code points, JavaScript counts UTF-16 units.
function marked(text, pieces) {
  const points = Array.from(text);
  const strongest = Math.max(0.02, ...pieces.map((piece) => side(piece).weight));
  const parts = [];
  let from = 0;
  for (const piece of pieces) {
    parts.push(points.slice(from, piece.start).join(""));
    const word = points.slice(piece.start, piece.end).join("");
    const { name, weight } = side(piece);
    const strength = weight / strongest;
    if (strength < 0.08) parts.push(word);
    else parts.push(mark(word, name, weight, strength));
    from = piece.end;
  }
  parts.push(points.slice(from).join(""));
  return parts;
}

// The class that a piece speaks for most.
function side({ weights }) {
  const [name, weight] = Object.entries(weights).reduce((best, one) => (one[1] > best[1] ? one : best));
  return { name, weight };
}

function mark(word, name, weight, strength) {
  const made = el("mark", { class: name, title: t("try.points_more", { points: (weight * 100).toFixed(1), label: t(`word.${name}`) }) }, word);
  made.style.setProperty("--strength", strength.toFixed(2));
  return made;
}

function summary(pieces) {
  const by = (name) =>
    pieces
      .filter((piece) => side(piece).name === name && side(piece).weight > 0.005)
      .sort((a, b) => b.weights[name] - a.weights[name])
      .slice(0, 3)
      .map((piece) => t("try.quoted", { word: piece.text }))
      .join(", ");
  const said = ["negative", "neutral", "positive"].map((name) => by(name) && t("try.more", { label: t(`word.${name}`), words: by(name) })).filter(Boolean);
  return said.length ? said.join(" ") : t("try.none");
}

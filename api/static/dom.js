// Elements are made from text alone, never from markup: a tweet is always shown as text.

import { plain } from "./plain.js";

export const byId = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  set(made, attributes);
  made.append(...children.filter((child) => child !== null && child !== undefined).map(shown));
  return made;
}

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(made, attributes);
  made.append(...children.map(shown));
  return made;
}

// Draw a part of the page again; a person at the keyboard stays where they are, and what they write stays.
export function keepFocus(place, draw) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const [from, to] = key ? [document.activeElement.selectionStart, document.activeElement.selectionEnd] : [];
  draw();
  const found = key && place.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!found) return;
  found.focus({ preventScroll: true });
  if (from !== undefined && found.setSelectionRange) found.setSelectionRange(from, to);
}

const shown = (child) => (child instanceof Node ? child : plain(child));

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (name === "title") element.setAttribute(name, plain(value));
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
}

// The brands that tweets are searched for: list, add, remove, and try a text.

import { byId, el } from "./dom.js";
import { each } from "./parts.js";
import { get, insist, post, remove } from "./send.js";
import { t } from "./texts.js";

const REFRESH_MS = 30_000;
const RETRY_MS = 1_000;
const PAGE = 200;
const may = document.body.dataset.roles.split(" ").includes("brands");
const list = byId("watched-list");
const form = byId("watched-add");
const trial = byId("watched-try");
let known = []; // as the server told last
let asking = null; // the brand whose removal is to be confirmed

const words = (field) => byId(field).value.split(",").map((word) => word.trim()).filter(Boolean);

async function refresh() {
  try {
    show(await every());
  } catch (error) {
    if (error.wait) setTimeout(refresh, RETRY_MS);
  }
}

// The brands of all pages.
async function every() {
  const found = [];
  let next = null;
  do {
    const page = await get(`/brands?${new URLSearchParams({ limit: PAGE, ...(next && { cursor: next }) })}`);
    found.push(...page.brands);
    next = page.next;
  } while (next);
  return found;
}

function show(brands) {
  known = brands;
  const focused = list.contains(document.activeElement) && document.activeElement.dataset.brand;
  list.replaceChildren(...each(brands, row));
  byId("watched-none").hidden = brands.length > 0;
  if (focused) (list.querySelector(`button[data-brand="${CSS.escape(focused)}"]`) ?? byId("watched-title")).focus();
}

function row(brand) {
  const called = [...brand.handles, ...brand.names].map((word) => el("span", { class: "chip" }, word));
  return el("li", {}, el("strong", {}, brand.name), el("span", { class: "called" }, ...called), ...ends(brand));
}

function ends(brand) {
  if (brand.source === "file") return [el("span", { class: "hint" }, t("watched.from_file"))];
  if (!may) return [];
  if (asking !== brand.name) return [button(brand, "watched.remove", "watched.remove_brand", () => ask(brand.name))];
  return [
    button(brand, "watched.remove_yes", "watched.remove_brand", () => drop(brand.name)),
    button(brand, "watched.remove_no", "watched.keep_brand", () => ask(null)),
  ];
}

function button(brand, key, label, onclick) {
  return el("button", { class: "fix", type: "button", "data-brand": brand.name, "aria-label": t(label, { brand: brand.name }), onclick }, t(key));
}

// At once: until then, a second click would meet the button that was there before.
function ask(name) {
  asking = name;
  show(known);
  if (name !== null) say(t("watched.sure", { brand: name }));
  else say("");
}

function say(text, fault = false) {
  const place = byId("watched-note");
  place.textContent = text;
  place.className = fault ? "error" : "hint";
}

async function drop(name) {
  asking = null;
  try {
    await remove(`/brands/${encodeURIComponent(name)}`);
    say(t("watched.removed", { brand: name }));
  } catch (error) {
    say(t("watched.failed", { why: error.message }), true);
  }
  refresh();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = byId("watched-name").value.trim();
  try {
    const asked = { name, handles: words("watched-handles"), names: words("watched-names") };
    const added = await insist("/brands", asked, () => say(t("fix.trying")));
    form.reset();
    say(t("watched.added", { brand: added.name, words: [...added.handles, ...added.names].join(", ") }));
    byId("watched-name").focus();
  } catch (error) {
    say(t("watched.failed", { why: error.message }), true);
  }
  refresh();
});

trial.addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = byId("watched-found");
  try {
    const { brands } = await post("/brands/test", { text: byId("watched-text").value });
    place.textContent = brands.length ? t("watched.found", { brands: brands.join(", ") }) : t("watched.found_none");
  } catch (error) {
    place.textContent = t("watched.failed", { why: error.message });
  }
});

form.hidden = !may;
setInterval(refresh, REFRESH_MS);
refresh();

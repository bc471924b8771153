// What a person can do about an alert: take care of it, write a note, mute the brand for a while.

import { el } from "./dom.js";
import { moment } from "./format.js";
import { each } from "./parts.js";
import { insist, newKey } from "./send.js";
import { t } from "./texts.js";

const may = document.body.dataset.roles.split(" ").includes("respond");
const MUTES = [
  ["mute.hour", 60],
  ["mute.workday", 480],
  ["mute.day", 1_440],
  ["mute.week", 10_080],
];
const drafts = new Map(); // alert -> the note that is being written
const writing = new Set(); // alerts whose note was opened: news draw them anew

// A service without keys knows nobody's name.
const who = (name) => (name === "anyone" ? t("act.anyone") : name);

export function actions(alert) {
  const said = el("p", { class: "error", role: "alert" });
  const act = (path, content, more) => send(said, `/alerts/${encodeURIComponent(alert.id)}/${path}`, content, more);
  const taken = alert.acknowledged;
  const parts = [];
  if (taken) {
    const undo = may && el("button", { class: "link", type: "button", "data-key": `${alert.id} reopen`, onclick: () => act("reopen", {}) }, t("act.reopen"));
    parts.push(el("p", { class: "taken" }, t("act.taken", { name: who(taken.by), time: moment(taken.at) }), " ", undo || null));
  } else if (may) {
    parts.push(el("button", { class: alert.state === "closed" ? "quiet" : "main", type: "button", "data-key": `${alert.id} take`, onclick: () => act("acknowledge", {}) }, t("act.acknowledge")));
  }
  if (may) parts.push(noteForm(alert, act));
  return el("div", { class: "actions" }, notes(alert.notes ?? []), el("div", { class: "row" }, ...parts), said);
}

function notes(found) {
  if (!found.length) return null;
  const rows = each(found, (note) => el("li", {}, el("p", { dir: "auto" }, note.text), el("p", { class: "hint" }, t("act.by", { name: who(note.by), time: moment(note.at) }))));
  return el("ul", { class: "notes", "aria-label": t("act.notes") }, ...rows);
}

function noteForm(alert, act) {
  const field = el("textarea", { rows: 2, maxlength: 2_000, required: true, "aria-label": t("act.note_label"), "data-key": `${alert.id} note`, oninput: () => drafts.set(alert.id, field.value) });
  field.value = drafts.get(alert.id) ?? "";
  const save = (event) => {
    event.preventDefault();
    act("notes", { text: field.value }, () => drafts.delete(alert.id) && writing.delete(alert.id));
  };
  const toggle = () => writing.delete(alert.id) || writing.add(alert.id);
  const form = el("form", { onsubmit: save }, field, el("button", { class: "quiet" }, t("act.save")));
  if (drafts.has(alert.id)) writing.add(alert.id);
  return el("details", { class: "note", open: writing.has(alert.id) }, el("summary", { "data-key": `${alert.id} write`, onclick: toggle }, t("act.note")), form);
}

// The answer goes to whoever shows alerts: at once, before the news brings it.
async function send(said, path, content, more) {
  said.textContent = "";
  try {
    const answer = await insist(path, content, () => (said.textContent = t("fix.trying")), newKey());
    said.textContent = "";
    more?.();
    document.dispatchEvent(new CustomEvent("badbuzz-alert", { detail: answer }));
  } catch (error) {
    said.textContent = t("act.failed", { why: error.message });
  }
}

// Whether the brand is muted, and the way to change it.
export function muting(brand, until, onChange) {
  const path = `/brands/${encodeURIComponent(brand)}`;
  const said = el("span", { class: "error", role: "alert" });
  const act = async (end, content) => {
    try {
      const answer = await insist(`${path}/${end}`, content, () => (said.textContent = t("fix.trying")));
      onChange(answer.muted_until);
    } catch (error) {
      said.textContent = t("act.failed", { why: error.message });
    }
  };
  if (until) {
    const undo = may && el("button", { class: "quiet", type: "button", onclick: () => act("unmute", {}) }, t("mute.end"));
    return [el("span", { class: "hint" }, t("mute.until", { time: moment(until) })), undo || "", said];
  }
  if (!may) return [];
  const choices = MUTES.map(([key, minutes]) => el("button", { class: "quiet", type: "button", onclick: () => act("mute", { minutes }) }, t(key)));
  return [el("details", { class: "menu" }, el("summary", { class: "quiet" }, t("mute.button")), el("div", { class: "choices" }, el("p", { class: "hint" }, t("mute.hint")), ...choices)), said];
}

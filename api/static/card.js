// An alert as a card: what is unusual, and why.

import { actions } from "./actions.js";
import { el } from "./dom.js";
import { dated, fixed, moment, number, percent, points, times } from "./format.js";
import { each } from "./parts.js";
import { named, t } from "./texts.js";
import { meter } from "./score.js";

const opened = new Set();

// Where an alert stands on its brand's page.
export const place = (alert) => `/brands/${encodeURIComponent(alert.brand)}?alert=${encodeURIComponent(alert.id)}`;

export function open(id) {
  opened.add(id);
}

export function card(alert, onPage = false) {
  const details = el(
    "details",
    { open: opened.has(alert.id), ontoggle: (event) => remember(alert.id, event.target.open) },
    el("summary", { "data-key": `${alert.id} why` }, t("alert.why")),
    el(
      "div",
      { class: "reasons" },
      el("div", {}, facts(alert), onPage ? null : el("p", {}, el("a", { href: place(alert) }, t("alert.page")))),
      alert.words.length ? words(alert.words) : null,
      alert.samples.length ? samples(alert.samples) : null,
    ),
  );
  return el(
    "article",
    { class: "alert", "data-kind": alert.kind, "data-state": alert.state, "data-id": alert.id },
    el(
      "div",
      { class: "alert-head" },
      el("span", { class: "badge" }, badge(alert)),
      el("h3", {}, onPage ? headline(alert) : el("a", { href: place(alert) }, alert.brand)),
      onPage ? null : el("p", {}, headline(alert)),
      el("time", { datetime: alert.opened_at }, lasted(alert)),
    ),
    el("p", { class: "hint" }, subline(alert), alert.muted_until && !onPage ? ` · ${t("mute.until", { time: moment(alert.muted_until) })}` : null),
    details,
    actions(alert),
  );
}

function lasted(alert) {
  if (alert.state !== "closed") return t("alert.since", { time: moment(alert.opened_at) });
  return t("alert.window_value", { start: dated(alert.opened_at), end: dated(alert.at) });
}

function remember(id, open) {
  if (open) opened.add(id);
  else opened.delete(id);
}

function badge(alert) {
  return alert.state === "worse" ? t("alert.worse") : named("alert.kind", alert.kind);
}

// What a person would say first: how many times as many as usual.
export function headline(alert) {
  if (alert.kind === "negative" && alert.negatives) return times("complaints", alert.negatives.now, alert.negatives.expected);
  return times("mentions", alert.volume.now, alert.volume.expected);
}

export function subline(alert) {
  const volume = t("alert.subline_volume", measure(alert.volume, number));
  if (!alert.share) return volume;
  return t("alert.subline", { share: t("alert.subline_share", measure(alert.share, percent)), volume });
}

const measure = ({ now, expected }, shown) => ({ now: shown(now), expected: shown(expected) });

function facts(alert) {
  const rows = [[t("alert.window"), t("alert.window_value", { start: dated(alert.window_start), end: dated(alert.window_end) })]];
  if (alert.share) {
    const change = points(alert.share.now - alert.share.expected);
    rows.push([t("alert.share"), t("alert.share_value", { ...measure(alert.share, percent), points: change })]);
  }
  rows.push([t("alert.mentions"), t("alert.measure", measure(alert.volume, number))]);
  if (alert.negatives) rows.push([t("alert.negatives"), t("alert.measure", measure(alert.negatives, number))]);
  if (alert.reason) rows.push([t("alert.reason"), named("reason", alert.reason)]);
  if (alert.copies) rows.push([t("alert.copies"), t("alert.copies_value", { count: number(alert.copies) })]);
  if (alert.bound) {
    const { hours_between, drift, group } = alert.bound;
    const bound = { hours: number(hours_between), drift: fixed(drift, 2), group: fixed(group, 1) };
    rows.push([t("alert.bound"), t("alert.bound_value", bound)]);
  }
  if (alert.model_version) rows.push([t("alert.model"), t("alert.model_value", { version: alert.model_version })]);
  return el("dl", {}, ...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function words(found) {
  const chips = each(found, ({ word, z }) => el("li", { class: "chip", title: t("alert.word_why", { z: fixed(z, 1) }) }, word));
  return el("div", { class: "words" }, el("h4", {}, t("alert.words")), el("ul", {}, ...chips));
}

function samples(found) {
  const rows = each(found, (tweet) =>
    el(
      "li",
      {},
      el("p", { dir: "auto" }, tweet.text),
      tweet.p_negative === null ? null : el("span", { class: "score" }, meter(tweet.p_negative), t("alert.sample_score", { percent: percent(tweet.p_negative) })),
    ),
  );
  return el("div", { class: "samples" }, el("h4", {}, t("alert.samples")), el("ul", {}, ...rows));
}

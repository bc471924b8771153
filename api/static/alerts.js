// Alerts that are open, each with its reason.

import { byId, el } from "./dom.js";
import { moment, number, percent, points } from "./format.js";
import { meter } from "./tweets.js";

const opened = new Set();

export function show(alerts) {
  const open = alerts.filter((alert) => alert.state !== "closed");
  const closed = alerts.filter((alert) => alert.state === "closed");
  byId("alerts").replaceChildren(...open.map(card), ...(closed.length ? [past(closed)] : []));
  byId("open-alerts").textContent = number(open.length);
  byId("alerts-note").textContent = open.length ? open.map((alert) => alert.brand).join(", ") : "all calm";
  document.title = open.length ? `(${open.length}) badbuzz · live` : "badbuzz · live";
}

function card(alert) {
  const details = el(
    "details",
    { open: opened.has(alert.id), ontoggle: (event) => remember(alert.id, event.target.open) },
    el("summary", {}, "Why this alert"),
    el(
      "div",
      { class: "reasons" },
      el("div", {}, facts(alert), link(alert.url)),
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
      el("h3", {}, alert.brand),
      el("p", {}, headline(alert)),
      el("time", { datetime: alert.opened_at }, `since ${moment(alert.opened_at)}`),
    ),
    details,
  );
}

function remember(id, open) {
  if (open) opened.add(id);
  else opened.delete(id);
}

function badge(alert) {
  if (alert.state === "worse") return "Getting worse";
  return alert.kind === "negative" ? "Bad buzz" : "Unusual volume";
}

function headline(alert) {
  const volume = `${number(alert.volume.now)} mentions, normally ${number(alert.volume.expected)}`;
  if (!alert.share) return volume;
  return `${percent(alert.share.now)} negative, normally ${percent(alert.share.expected)} · ${volume}`;
}

function facts(alert) {
  const rows = [["Window", `${moment(alert.window_start)} to ${moment(alert.window_end)}`]];
  if (alert.share) {
    const change = points(alert.share.now - alert.share.expected);
    rows.push(["Negative share", `${percent(alert.share.now)}; expected ${percent(alert.share.expected)} (${change} points)`]);
  }
  rows.push(["Mentions", `${number(alert.volume.now)}; expected ${number(alert.volume.expected)}`]);
  if (alert.negatives) rows.push(["Negative mentions", `${number(alert.negatives.now)}; expected ${number(alert.negatives.expected)}`]);
  if (alert.odds) rows.push(["Odds of a negative mention", `${alert.odds.toFixed(1)} times the normal`]);
  if (alert.copies) rows.push(["Exact copies", `${number(alert.copies)}, not counted`]);
  if (alert.model_version) rows.push(["Model", `version ${alert.model_version}`]);
  return el("dl", {}, ...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function words(found) {
  const chips = found.map(({ word, z }) => el("li", { class: "chip", title: `${z.toFixed(1)} standard deviations above normal` }, word));
  return el("div", { class: "words" }, el("h4", {}, "What is said now and normally is not"), el("ul", {}, ...chips));
}

function samples(found) {
  const rows = found.map((tweet) =>
    el("li", {}, el("p", { dir: "auto" }, tweet.text), tweet.p_negative === null ? null : el("span", { class: "score" }, meter(tweet.p_negative), `${percent(tweet.p_negative)} negative`)),
  );
  return el("div", { class: "samples" }, el("h4", {}, "Some of the tweets"), el("ul", {}, ...rows));
}

function link(url) {
  if (!/^https?:\/\//.test(url ?? "")) return null;
  return el("p", {}, el("a", { href: url, rel: "noreferrer noopener" }, "Open the brand’s page"));
}

function past(closed) {
  const rows = closed.map((alert) => el("li", {}, el("strong", {}, alert.brand), ` ${headline(alert)}, over since ${moment(alert.at)}`));
  return el("details", { class: "past" }, el("summary", {}, `${closed.length} closed in the last hour`), el("ul", {}, ...rows));
}

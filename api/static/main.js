// Listens to the news and hands each part to what shows it.

import * as alerts from "./alerts.js";
import * as blind from "./blind.js";
import * as brands from "./brands.js";
import * as chart from "./chart.js";
import { byId, el } from "./dom.js";
import { moment, number, percent, points, rate, zone } from "./format.js";
import "./language.js";
import { connect, follow } from "./news.js";
import * as notifications from "./notifications.js";
import { part } from "./parts.js";
import * as series from "./series.js";
import { t } from "./texts.js";
import * as tweets from "./tweets.js";
import "./tryit.js";
import "./watched.js";

let perSecond = 0;
let lastLook;

function take(news, anew) {
  blind.hear(news);
  part(() => {
    if (anew) tweets.replace(news.tweets);
    else if (news.tweets) {
      tweets.add(news.tweets);
      tweets.note(news.seen, news.tweets.length, perSecond);
    }
  });
  if (news.alerts) part(() => alerts.show(news.alerts));
  if (news.alerts) part(() => notifications.tell(news.alerts, anew));
  if ("following" in news) part(() => state(news));
  if (anew || news.series) {
    part(() => series.update(news.series, anew));
    redraw();
  }
  look();
}

function state(news) {
  perSecond = news.rate;
  byId("demo").hidden = !news.demo;
  follow(news.following);
  if (news.model) part(() => model(news.model));
}

function redraw() {
  part(figures);
  part(() => brands.show(redraw));
  part(chart.draw);
}

function figures() {
  const text = blind.unknown();
  const last = series.now();
  const [, hour] = series.counts(series.ALL, last - 59, last);
  const recent = series.share(series.ALL, last, 10);
  byId("rate").textContent = text ? "–" : rate(perSecond);
  byId("rate-note").textContent = text ?? t("figures.rate_note");
  byId("volume").textContent = text ? "–" : number(hour);
  byId("volume-note").textContent = text ?? t("figures.volume_note");
  byId("share-now").textContent = text || recent === null ? "–" : percent(recent);
  byId("share-note").textContent = text ?? comparison(recent, series.share(series.ALL, last, 60));
  const unsupported = series.unsupported(series.ALL);
  byId("unsupported-part").textContent = unsupported ? ` ${percent(unsupported)}` : "";
}

function comparison(recent, usual) {
  if (recent === null) return t("figures.share_note");
  const change = Math.round((recent - usual) * 100);
  return change ? t("figures.share_change", { points: points(change / 100) }) : t("figures.share_same");
}

// What is unknown becomes so without any news.
function look() {
  const text = blind.unknown();
  part(blind.show);
  if (text === lastLook) return;
  lastLook = text;
  part(alerts.count);
  redraw();
}

function model(facts) {
  byId("model-name").textContent = `${facts.name} v${facts.version}`;
  const rows = [
    [t("model.kind"), facts.candidate],
    [t("model.since"), moment(facts.running_since)],
    [t("model.made"), moment(facts.created_at)],
    [t("model.languages"), facts.languages.join(", ")],
    ...Object.entries(facts.metrics).map(([name, value]) => [name, Number(value.toFixed(4))]),
    [t("model.classes"), facts.classes.join(", ")],
    [t("model.uncertain"), uncertain(facts)],
    [t("model.digest"), facts.digest],
  ];
  byId("model-facts").replaceChildren(...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))));
}

function uncertain({ classes, band, margin }) {
  if (classes.length === 2) return t("model.between", { low: percent(band[0]), high: percent(band[1]) });
  return margin ? t("model.within", { margin: percent(margin) }) : t("model.never");
}

byId("chart-hint").textContent = t("chart.hint", { zone: zone() });
byId("logout").hidden = document.body.dataset.login !== "on";
setInterval(() => {
  series.update({}, false);
  redraw();
}, 30_000);
setInterval(look, 1_000);
look();
connect(take, () => blind.hear({}));

// Listens to the news and hands each part to what shows it.

import * as alerts from "./alerts.js";
import * as brands from "./brands.js";
import * as chart from "./chart.js";
import { byId, el } from "./dom.js";
import { moment, number, percent, points, rate } from "./format.js";
import * as series from "./series.js";
import * as tweets from "./tweets.js";
import "./tryit.js";

const RETRY_MS = 2_000;
let perSecond = 0;

function connect() {
  const source = new EventSource("/events");
  source.addEventListener("snapshot", (event) => take(JSON.parse(event.data), true));
  source.addEventListener("news", (event) => take(JSON.parse(event.data), false));
  source.addEventListener("error", () => {
    status("lost", "Reconnecting");
    // A refusal ends an EventSource for good; a lost connection does not.
    if (source.readyState === EventSource.CLOSED) setTimeout(again, RETRY_MS);
  });
}

async function again() {
  const answer = await fetch("/model").catch(() => null);
  if (answer?.status === 401) location.assign("/login");
  else connect();
}

function take(news, anew) {
  if (anew) tweets.replace(news.tweets);
  else if (news.tweets) {
    tweets.add(news.tweets);
    tweets.note(news.seen, news.tweets.length, perSecond);
  }
  if (news.alerts) alerts.show(news.alerts);
  if ("following" in news) state(news);
  if (anew || news.series) series.update(news.series, anew);
  if (anew || news.series) redraw();
}

function state(news) {
  perSecond = news.rate;
  byId("rate").textContent = rate(perSecond);
  if (news.following) status("live", "Live");
  else status("wait", "Waiting for Kafka");
  if (news.model) model(news.model);
}

function status(name, text) {
  const place = byId("status");
  if (place.dataset.state === name) return;
  place.dataset.state = name;
  place.firstElementChild.textContent = text;
}

function redraw() {
  const last = series.now();
  const [negative, hour] = series.counts(series.ALL, last - 59, last);
  const recent = series.share(series.ALL, last, 10);
  byId("volume").textContent = number(hour);
  byId("share-now").textContent = recent === null ? "–" : percent(recent);
  if (recent !== null) {
    const change = Math.round((recent - negative / hour) * 100);
    byId("share-note").textContent = change
      ? `last 10 minutes, ${points(change / 100)} points to the hour`
      : "last 10 minutes, as in the hour";
  }
  brands.show(redraw);
  chart.draw();
}

function model(facts) {
  byId("model-name").textContent = `${facts.name} v${facts.version}`;
  const rows = [
    ["Kind", facts.candidate],
    ["Runs since", moment(facts.running_since)],
    ["Made", new Date(facts.created_at).toLocaleDateString()],
    ["Languages", facts.languages.join(", ")],
    ...Object.entries(facts.metrics).map(([name, value]) => [name, Number(value.toFixed(4))]),
    ["Uncertain", `between ${percent(facts.band[0])} and ${percent(facts.band[1])}`],
    ["Digest", facts.digest],
  ];
  byId("model-facts").replaceChildren(...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))));
}

byId("logout").hidden = document.body.dataset.login !== "on";
setInterval(() => {
  series.update({}, false);
  redraw();
}, 30_000);
connect();

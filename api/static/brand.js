// The page of one brand: how it stands now, and what was.

import * as blind from "./blind.js";
import { muting } from "./actions.js";
import { headline } from "./card.js";
import { byId, el } from "./dom.js";
import { day, number, zone } from "./format.js";
import "./language.js";
import { connect, follow } from "./news.js";
import * as notifications from "./notifications.js";
import { each, part } from "./parts.js";
import { plain } from "./plain.js";
import * as past from "./pastalerts.js";
import * as view from "./brandseries.js";
import { get } from "./send.js";
import { t } from "./texts.js";
import * as tweets from "./brandtweets.js";

const brand = document.body.dataset.brand;
const path = `/brands/${encodeURIComponent(brand)}`;
let open = [];
let mutedUntil = document.body.dataset.mutedUntil || null;
let lastLook;
let reconnected = false;

function take(news, anew) {
  blind.hear(news);
  if (news.alerts) {
    part(() => notifications.tell(news.alerts, anew));
    const mine = news.alerts.filter((alert) => alert?.brand === brand);
    open = mine.filter((alert) => alert.state !== "closed");
    // Somebody else may have muted it; and just after a start the server may not know of it yet.
    if (mine.length && mine[0].muted_until !== mutedUntil) mute(mine[0].muted_until);
    part(() => past.update(mine));
    part(causes);
  }
  if ("following" in news) {
    follow(news.following);
    byId("demo").hidden = !news.demo;
  }
  if (anew && reconnected) part(view.refresh);
  reconnected = true;
  state();
  look();
}

function state() {
  const unknown = blind.unknown();
  const worst = open[0];
  const said = worst ? t("brand.alarm", { count: number(open.length), what: headline(worst) }) : unknown ? t("unknown") : t("brand.calm");
  byId("brand-state").textContent = said;
  byId("brand-state").dataset.state = worst ? "alarm" : unknown ? "unknown" : "calm";
  document.title = `${open.length ? "(!) " : ""}${plain(brand)} · badbuzz`;
}

// What is unknown becomes so without any news.
function look() {
  part(blind.show);
  const text = blind.unknown();
  if (text !== lastLook) part(state);
  lastLook = text;
}

function mute(until) {
  mutedUntil = until;
  byId("mute").replaceChildren(...muting(brand, mutedUntil, mute));
}

async function causes() {
  const found = (await get(`${path}/causes`).catch(() => ({ causes: [] }))).causes;
  byId("no-causes").hidden = found.length > 0;
  const rows = each(found, ({ word, alerts, last }) =>
    el("li", {}, el("button", { class: "chip", type: "button", title: t("causes.search"), onclick: () => tweets.search(word) }, word), el("span", { class: "hint" }, t("causes.count", { count: alerts, day: day(last) }))),
  );
  byId("causes").replaceChildren(...rows);
}

byId("brand-name").textContent = plain(brand);
byId("zone-note").textContent = t("brand.zone", { zone: zone() });
byId("logout").hidden = document.body.dataset.login !== "on";
byId("mute").replaceChildren(...muting(brand, mutedUntil, mute));
view.start(path, () => past.periods());
past.start(brand, path, (alert) => {
  view.showAt(alert);
  tweets.range(view.shown());
});
tweets.start(path, () => view.shown());
view.refresh();
part(causes);
view.onRange(() => tweets.range(view.shown()));
past.onChange(view.draw);
setInterval(look, 1_000);
look();
state();
connect(take, () => blind.hear({}));

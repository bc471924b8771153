// The alerts of the brand that are kept, the last opened first.

import { card, open as openDetails } from "./card.js";
import { byId, el, keepFocus } from "./dom.js";
import { each } from "./parts.js";
import { get } from "./send.js";
import { t } from "./texts.js";

const list = byId("past-alerts");
const more = byId("more-alerts");
const PAGE = 20;
const asked = new URLSearchParams(location.search).get("alert");

let brand;
let kind = "";
let next = null;
let alerts = [];
let show = () => {};
let changed = () => {};

export async function start(name, path, showAt) {
  brand = name;
  show = showAt;
  await load(null);
  if (asked) await lead(asked);
  else changed();
}

export const onChange = (call) => (changed = call);

// When alerts were open, for the chart.
export const periods = () =>
  alerts.map((alert) => ({ kind: alert.kind, start: Date.parse(alert.opened_at), end: alert.state === "closed" ? Date.parse(alert.at) : Date.now() }));

// What the news say of alerts of this brand.
export function update(found) {
  let fresh = false;
  for (const alert of found) {
    const place = alerts.findIndex((known) => known.id === alert.id);
    if (place >= 0) alerts[place] = alert;
    else if (!kind || kind === alert.kind) fresh = true;
  }
  if (fresh) load(null);
  else draw();
}

// The news may have brought some of them while the server was asked.
function withMore(found) {
  const known = new Set(alerts.map((alert) => alert.id));
  return [...alerts, ...found.filter((alert) => !known.has(alert.id))];
}

async function load(cursor) {
  const query = new URLSearchParams({ brand, limit: PAGE, ...(kind && { kind }), ...(cursor && { cursor }) });
  byId("alerts-csv").href = `/alerts.csv?${new URLSearchParams({ brand, ...(kind && { kind }) })}`;
  try {
    const page = await get(`/alerts?${query}`);
    alerts = cursor ? withMore(page.alerts) : page.alerts;
    next = page.next;
    byId("no-alerts").textContent = t("past.empty");
  } catch (error) {
    byId("no-alerts").textContent = error.message;
  }
  draw();
}

// A link named an alert: it is opened, and the chart shows its time.
async function lead(id) {
  let alert = alerts.find((one) => one.id === id);
  if (!alert) {
    try {
      alert = await get(`/alerts/${encodeURIComponent(id)}`);
    } catch {
      byId("no-alerts").hidden = false;
      byId("no-alerts").textContent = t("past.gone");
      return;
    }
    alerts = withMore([alert]);
  }
  openDetails(id);
  draw();
  show(alert);
  const found = list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  found.classList.add("asked");
  found.scrollIntoView({ block: "center" });
  found.tabIndex = -1;
  found.focus({ preventScroll: true });
}

function draw() {
  keepFocus(list, () => list.replaceChildren(...each(alerts, row)));
  byId("no-alerts").hidden = alerts.length > 0;
  more.hidden = next === null;
  changed();
}

function row(alert) {
  const made = card(alert, true);
  if (alert.id === asked) made.classList.add("asked");
  made.querySelector(".alert-head").append(el("button", { class: "link", type: "button", "data-key": `${alert.id} chart`, onclick: () => show(alert) }, t("past.chart")));
  return made;
}

document.addEventListener("badbuzz-alert", ({ detail }) => update([detail]));
more.addEventListener("click", () => load(next));
for (const choice of document.querySelectorAll("input[name=kind]")) {
  choice.addEventListener("change", () => {
    kind = choice.value;
    load(null);
  });
}

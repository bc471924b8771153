// Notifications of the browser, for those who want them, while a page of badbuzz is open in it.

import { headline } from "./card.js";
import { byId } from "./dom.js";
import { plain } from "./plain.js";
import { t } from "./texts.js";

const KEY = "badbuzz_notify";
const button = byId("notify-me");
const offered = "Notification" in window && window.isSecureContext;
const told = new Set();

const wanted = () => offered && Notification.permission === "granted" && localStorage.getItem(KEY) === "on";

// What was open before the page was is no news.
export function tell(alerts, anew) {
  const known = told.size > 0 || !anew;
  for (const alert of alerts) {
    const key = `${alert.id} ${alert.state}`;
    if (told.has(key)) continue;
    told.add(key);
    if (known && alert.notifies && alert.state !== "closed" && !alert.muted_until && wanted()) say(alert);
  }
}

function say(alert) {
  try {
    const made = new Notification(plain(alert.brand), { body: headline(alert), tag: alert.id, icon: "/static/mark.svg" });
    made.onclick = () => {
      window.focus();
      location.assign(`/brands/${encodeURIComponent(alert.brand)}?alert=${encodeURIComponent(alert.id)}`);
    };
  } catch {
    button.hidden = true; // browsers on phones ask for a service worker
  }
}

function show() {
  button.ariaPressed = String(wanted());
  button.textContent = t(wanted() ? "notify.on" : "notify.button");
}

button.hidden = !offered;
if (offered) show();
button.addEventListener("click", async () => {
  if (wanted()) localStorage.setItem(KEY, "off");
  else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(KEY, "on");
  else button.title = t("notify.denied");
  show();
});

// The stream of news from the server, and whether it comes.

import { byId } from "./dom.js";
import { part } from "./parts.js";
import { t } from "./texts.js";

const RETRY_MS = 2_000;

// `take` is called with all there is first, and then with what is new.
export function connect(take, pulse) {
  const source = new EventSource("/events");
  source.addEventListener("snapshot", (event) => part(() => take(JSON.parse(event.data), true)));
  source.addEventListener("news", (event) => part(() => take(JSON.parse(event.data), false)));
  source.addEventListener("pulse", pulse);
  source.addEventListener("error", () => {
    status("lost", t("status.reconnecting"));
    // A refusal ends an EventSource for good; a lost connection does not.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => again(take, pulse), RETRY_MS);
  });
}

async function again(take, pulse) {
  const answer = await fetch("/freshness").catch(() => null);
  if (answer?.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  else connect(take, pulse);
}

export function follow(following) {
  if (following) status("live", t("status.live"));
  else status("wait", t("status.waiting"));
}

function status(name, text) {
  const place = byId("status");
  if (place.dataset.state === name) return;
  place.dataset.state = name;
  place.firstElementChild.textContent = text;
}

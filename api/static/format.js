// Numbers and times in the reader's language. Times are those of the browser's time zone, and say so.

import { language, t } from "./texts.js";

const whole = new Intl.NumberFormat(language);
const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
// Hours as the reader counts them, which the language alone does not say.
const locale = navigator.languages.find((one) => one.split("-")[0] === language) ?? language;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const zoned = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
const parts = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
const thisYear = new Intl.DateTimeFormat(locale, parts);
const otherYear = new Intl.DateTimeFormat(locale, { ...parts, year: "numeric" });
const dayOfYear = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" });
const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "numeric" });
const dayAndYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });

const told = (value) => typeof value === "number" && Number.isFinite(value);

// A number that is none is a dash: whoever writes to a topic chooses what stands there.
export const fixed = (value, digits) => (told(value) ? value.toFixed(digits) : "–");
export const number = (value) => (!told(value) ? "–" : value < 10_000 ? whole.format(Math.round(value)) : short.format(value));
export const rate = (value) => (told(value) && value < 10 ? tenths.format(value) : number(value));
export const percent = (part) => (told(part) ? `${Math.round(part * 100)} %` : "–");

export function points(change) {
  if (!told(change)) return "–";
  const rounded = Math.round(change * 100);
  return `${rounded > 0 ? "+" : rounded < 0 ? "−" : "±"}${Math.abs(rounded)}`;
}

const formatted = (format, date) => (Number.isNaN(date.getTime()) ? "–" : format.format(date));
const isThisYear = (date) => date.getFullYear() === new Date().getFullYear();

// The browser's time zone, as "GMT+1" or "UTC".
export const zone = () => zoned.formatToParts(new Date()).find((part) => part.type === "timeZoneName").value;

export const time = (at) => formatted(clock, new Date(at));
export const minuteTime = (minute) => time(minute * 60_000);

// A moment that stands by itself: with its zone, its day if it is some time ago, and its year if that is
// not this one.
export function moment(at) {
  const date = new Date(at);
  const recent = Math.abs(Date.now() - date) < 12 * 3_600_000;
  return formatted(recent ? zoned : isThisYear(date) ? thisYear : otherYear, date);
}

// The same, always with its day: for the ends of a stretch of time.
export function dated(at) {
  const date = new Date(at);
  return formatted(isThisYear(date) ? thisYear : otherYear, date);
}

export function day(at) {
  const date = new Date(at);
  return formatted(isThisYear(date) ? dayOfYear : dayAndYear, date);
}

export const dayOfMonth = (at) => formatted(shortDay, new Date(at));

export function ago(seconds) {
  if (seconds < 60) return t("ago.seconds", { count: Math.round(seconds) });
  if (seconds < 7_200) return t("ago.minutes", { count: Math.floor(seconds / 60) });
  return t("ago.hours", { count: Math.floor(seconds / 3_600) });
}

const SAME = 1.25;
const TWICE = [1.75, 2.25];
const FEWEST = 0.5;

// How many times as many as usual, as a person would say it.
export function times(what, now, expected) {
  if (!told(now) || !told(expected)) return "–";
  if (expected < FEWEST) return t(`times.${what}.none`, { now: number(now) });
  const ratio = now / expected;
  if (ratio < SAME) return t(`times.${what}.same`);
  if (ratio >= TWICE[0] && ratio < TWICE[1]) return t(`times.${what}.twice`);
  return t(`times.${what}.more`, { times: ratio < 9.95 ? rate(ratio) : number(ratio) });
}

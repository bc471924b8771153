const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export const number = (value) => (value < 10_000 ? whole.format(Math.round(value)) : short.format(value));
export const rate = (value) => (value < 10 ? value.toFixed(1) : number(value));
export const percent = (part) => `${Math.round(part * 100)} %`;

export function points(change) {
  const rounded = Math.round(change * 100);
  return `${rounded > 0 ? "+" : rounded < 0 ? "−" : "±"}${Math.abs(rounded)}`;
}

export const time = (at) => clock.format(new Date(at));
export const minuteTime = (minute) => time(minute * 60_000);

export function moment(at) {
  const date = new Date(at);
  return Date.now() - date < 12 * 3_600_000 ? clock.format(date) : day.format(date);
}

export const labels = { negative: "Negative", positive: "Positive", uncertain: "Uncertain", unsupported: "Not scored" };

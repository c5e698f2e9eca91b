// Numbers as people read them, in the page's language.

export const words = JSON.parse(document.getElementById("words").textContent);
export const language = document.documentElement.lang || "en";

export function say(name, ...values) {
  return values.reduce((text, value, index) => text.replace(`{${index}}`, value), words[name] ?? name);
}

const few = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const percents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function scaled(value, units) {
  let index = 0;
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1000;
    index++;
  }
  return `${index === 0 ? whole.format(value) : few.format(value)}\u00a0${units[index]}`;
}

export const number = value => whole.format(value);
export const percent = value => percents.format(value);
export const bytes = value => scaled(value, ["B", "kB", "MB", "GB", "TB"]);
// Octets a second in, bits a second out, as links are sold.
export const rate = octets => scaled(octets * 8, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"]);
export const milliseconds = value => value === null || value === undefined ? "–" : `${few.format(value)}\u00a0ms`;
export const share = value => value === null || value === undefined ? "–" : percent(value);

export function age(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))}\u00a0s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}\u00a0min`;
  if (seconds < 2 * 86400) return `${Math.floor(seconds / 3600)}\u00a0h ${Math.floor(seconds % 3600 / 60)}\u00a0min`;
  return `${Math.floor(seconds / 86400)}\u00a0${say("days")}`;
}

export const since = time => time ? age((Date.now() - new Date(time).getTime()) / 1000) : "–";

export function moment(time) {
  const date = new Date(time);
  return Date.now() - date.getTime() < 43200000 ? clock.format(date) : day.format(date);
}

export const stateWord = state => say(`state_${state}`);
export const end = point => point.port === null || point.port === undefined || point.port === 0 ? point.address : point.address.includes(":") ? `[${point.address}]:${point.port}` : `${point.address}:${point.port}`;

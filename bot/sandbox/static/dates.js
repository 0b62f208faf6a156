/** Dates as Slack words them. `now` is always an argument; zones are those of the browser. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const HALF_YEAR_DAYS = 183;
const HOUR12 = Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12;

const TOKENS = {
  date_num: (date) => dayKey(date),
  date: (date, now) => ordinalDay(date, now, {}),
  date_long: (date, now) => ordinalDay(date, now, { weekday: "long" }),
  date_short: (date, now) => shortDay(date, now),
  date_pretty: (date, now) => nearDay(date, now) ?? ordinalDay(date, now, {}),
  date_long_pretty: (date, now) => nearDay(date, now) ?? ordinalDay(date, now, { weekday: "long" }),
  date_short_pretty: (date, now) => nearDay(date, now) ?? shortDay(date, now),
  day_divider_pretty: (date, now) => nearDay(date, now) ?? ordinalDay(date, now, { weekday: "long" }),
  time: (date) => clock(date),
  time_secs: (date) => clock(date, { second: "2-digit" }),
  ago: (date, now) => ago(date, now),
};

/** The text of a `<!date^seconds^template>`: known tokens are replaced, others stay. */
export function formatSlackDate(seconds, template, now) {
  const date = new Date(Number(seconds) * 1000);
  return template.replace(/\{(\w+)\}/g, (whole, name) => TOKENS[name]?.(date, now) ?? whole);
}

/** The moment of a message's ts. */
export function momentOf(ts) {
  return new Date(Number(ts) * 1000);
}

/** The time of day, "2:05 PM" or "14:05" by the reader's habit. */
export function clock(date, more = {}) {
  return format(date, { hour: HOUR12 ? "numeric" : "2-digit", minute: "2-digit", hour12: HOUR12, ...more });
}

/** The calendar day as 2026-11-23; equal for moments of one local day. */
export function dayKey(date) {
  const pad = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** The words of a day separator: "Today", "Yesterday", "Monday, November 16th". */
export function dayTitle(date, now) {
  const words = TOKENS.day_divider_pretty(date, now);
  return words[0].toUpperCase() + words.slice(1);
}

/** Day and time in full, for the tooltip of a time. */
export function fullMoment(date, now) {
  return `${dayTitle(date, now)} at ${clock(date, { second: "2-digit" })}`;
}

function format(date, options) {
  return new Intl.DateTimeFormat("en-US", options).format(date);
}

function daysApart(date, now) {
  const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Math.round((midnight(date) - midnight(now)) / DAY_MS);
}

function nearDay(date, now) {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[daysApart(date, now)];
}

function yearIfFar(date, now) {
  return Math.abs(daysApart(date, now)) < HALF_YEAR_DAYS ? "" : `, ${date.getFullYear()}`;
}

function shortDay(date, now) {
  return format(date, { month: "short", day: "numeric" }) + yearIfFar(date, now);
}

function ordinalDay(date, now, { weekday }) {
  const day = date.getDate();
  const words = `${format(date, { month: "long" })} ${day}${ordinal(day)}${yearIfFar(date, now)}`;
  return weekday ? `${format(date, { weekday })}, ${words}` : words;
}

function ordinal(day) {
  const isTeen = day > 10 && day < 14;
  return isTeen ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th");
}

function ago(date, now) {
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const minutes = Math.round((date - now) / MINUTE_MS);
  if (Math.abs(minutes) < 60) return words.format(minutes, "minute");
  if (Math.abs(minutes) < 24 * 60) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / (24 * 60)), "day");
}

/** Where one can be (a channel, perhaps with a thread, or the app's home) and how that reads as an address. */

const HOME_PATH = /^\/home\/?$/;
const CHANNEL_PATH = /^\/c\/([^/]+)\/?$/;
const PERMALINK = /\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?$/;

/** The place a page address names; null when it names none. */
export function placeOfAddress(url) {
  if (HOME_PATH.test(url.pathname)) return { kind: "home" };
  const match = CHANNEL_PATH.exec(url.pathname);
  const { searchParams: query } = url;
  return match && channelPlace(decodeURIComponent(match[1]), query.get("thread_ts"), query.get("ts"));
}

/** A place in a channel, perhaps with a thread open, perhaps to bring one message into view. */
export function channelPlace(channel, thread = null, message = null) {
  return { kind: "channel", channel, thread, message };
}

/** The address of a place, as seen by a person. */
export function addressOf(place, user) {
  const query = new URLSearchParams();
  if (user) query.set("user", user);
  if (place.thread) query.set("thread_ts", place.thread);
  const path = place.kind === "home" ? "/home" : `/c/${encodeURIComponent(place.channel)}`;
  return query.size ? `${path}?${query}` : path;
}

/** The place a link leads to within this workspace (page addresses, permalinks, slack:// links), else null. */
export function placeOfLink(href, channels) {
  const url = URL.parse(href, location.href);
  if (!url) return null;
  if (url.protocol === "slack:") return placeOfSlackLink(url, channels);
  if (url.origin === location.origin && HOME_PATH.test(url.pathname)) return { kind: "home" };
  const place = placeOfAddress(url) ?? placeOfPermalink(url);
  return isKnown(place?.channel, channels) ? place : null;
}

function placeOfSlackLink(url, channels) {
  const target = url.host || url.pathname.replace(/^\/+/, "");
  if (target === "app") return { kind: "home" };
  const id = url.searchParams.get("id");
  return target === "channel" && isKnown(id, channels) ? channelPlace(id) : null;
}

function placeOfPermalink(url) {
  const match = PERMALINK.exec(url.pathname);
  const message = match?.[2] ? `${match[2]}.${match[3]}` : null;
  return match && channelPlace(match[1], url.searchParams.get("thread_ts"), message);
}

function isKnown(id, channels) {
  return channels.some((channel) => channel.id === id);
}

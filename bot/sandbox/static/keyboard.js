/** Keys and links that work everywhere on the page. */

import { showHelp } from "./dialogs.js";
import { channelPlace, placeOfLink } from "./places.js";

const FIELDS = "input, textarea, select, [contenteditable]";

/** Listens for the keys of the whole page. */
export function listenToKeys(session) {
  document.addEventListener("keydown", (event) => {
    if (!session.state || document.querySelector("dialog[open]")) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) step(session, event);
    else if (event.key === "?" && !event.target.closest(FIELDS)) showHelp();
    else if (event.key === "Escape" && session.sidebarOpen) session.change({ sidebarOpen: false });
  });
}

function step(session, event) {
  event.preventDefault();
  const places = placesInOrder(session.state.channels);
  const at = places.findIndex((place) => isSame(place, session.place));
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  session.go(places[(next + places.length) % places.length]);
}

/** Home, channels, direct messages: as they stand in the sidebar. */
function placesInOrder(channels) {
  const isDirect = (channel) => channel.kind === "im";
  const ordered = [...channels.filter((channel) => !isDirect(channel)), ...channels.filter(isDirect)];
  return [{ kind: "home" }, ...ordered.map((channel) => channelPlace(channel.id))];
}

function isSame(place, other) {
  return place.kind === other.kind && place.channel === other.channel;
}

/** Follows links that lead to a place of this workspace without leaving the page. */
export function listenToLinks(session) {
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest("a[href]");
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!anchor || !isPlain || event.defaultPrevented || !session.state) return;
    const place = placeOfLink(anchor.getAttribute("href"), session.state.channels);
    if (!place) return;
    event.preventDefault();
    session.go(place);
  });
}

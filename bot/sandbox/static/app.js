/** Puts the page together: session, panes, the line to the server, and the keys that work everywhere. */

import { Announcer } from "./announce.js";
import { ChannelPane } from "./channel-pane.js";
import { Drawer } from "./drawer.js";
import { learnSizes } from "./images.js";
import { listenToKeys, listenToLinks } from "./keyboard.js";
import { Live } from "./live.js";
import { Modals } from "./modals.js";
import { addressOf, channelPlace, placeOfAddress } from "./places.js";
import { Session } from "./session.js";
import { Sidebar } from "./sidebar.js";
import { ThreadPane } from "./thread-pane.js";
import { watchTheme } from "./theme.js";

const USER_KEY = "flowpilot-sandbox.user";
const node = (id) => document.getElementById(id);

const address = new URL(location.href);
const asked = address.searchParams.get("user") ?? localStorage.getItem(USER_KEY);
const session = new Session(asked, placeOfAddress(address));
const announcer = new Announcer(node("announcer"));
const parts = [
  new Sidebar(session, node("sidebar"), { onSwitch: actAs }),
  new ChannelPane(session, node("main"), announcer),
  new ThreadPane(session, node("thread"), announcer),
  new Drawer(session, node("drawer")),
  new Modals(session),
];
const live = new Live({ onState: receive, onOnline: (online) => session.change({ online }) });
let newest = null;

async function receive(state) {
  newest = state;
  await learnSizes(state);
  if (newest !== state) return;
  session.user = state.me.id;
  session.change({ state });
}

function actAs(user) {
  localStorage.setItem(USER_KEY, user);
  session.change({ user });
  history.replaceState(null, "", addressOf(session.place, user));
  live.open(user);
}

function render() {
  node("banner").textContent = session.online ? "" : "The sandbox does not answer. Trying again…";
  if (!session.state) return;
  settlePlace();
  for (const part of parts) part.update();
  const shell = node("shell");
  delete shell.dataset.loading;
  shell.classList.toggle("sidebar-open", session.sidebarOpen);
  document.title = titleWords();
}

/** An address that names no place, or none of this person's, leads to the first channel. */
function settlePlace() {
  const { place, state } = session;
  if (place?.kind === "home" || (place && session.channel(place.channel))) return;
  const first = state.channels[0];
  session.go(first ? channelPlace(first.id) : { kind: "home" }, { replace: true });
}

function titleWords() {
  const { place, state } = session;
  const unread = state.channels.reduce((sum, channel) => sum + channel.unread, 0);
  const where = place.kind === "home" ? state.app.name : session.titleOf(session.channel(place.channel));
  return `${unread ? `(${unread}) ` : ""}${where} · ${state.team.name} sandbox`;
}

function start() {
  session.onChange(render);
  watchTheme(() => session.change({}));
  listenToKeys(session);
  listenToLinks(session);
  node("scrim").addEventListener("click", () => session.change({ sidebarOpen: false }));
  addEventListener("popstate", () => session.change({ place: placeOfAddress(new URL(location.href)) }));
  document.addEventListener("visibilitychange", () => session.change({}));
  live.open(session.user);
}

start();

/** The main pane: a channel with its messages and composer, or the app's home. */

import { Composer } from "./composer.js";
import { countBadge, iconButton } from "./controls.js";
import { el } from "./dom.js";
import { HomeView } from "./home.js";
import { icon } from "./icons.js";
import { isReply, MessageList } from "./message-list.js";
import { avatar } from "./people.js";
import { channelPlace } from "./places.js";
import { refresh } from "./reconcile.js";

export class ChannelPane {
  #isMarking = false;

  constructor(session, node, announcer) {
    this.session = session;
    this.announcer = announcer;
    this.head = el("header", { class: "head" });
    this.messages = new MessageList(session, { label: "Messages", inThread: false });
    this.composer = new Composer(session, { pane: "main", announcer });
    this.home = new HomeView(session);
    this.conversation = el("div", { class: "conversation" }, this.messages.node, this.composer.node);
    node.append(this.head, this.conversation, this.home.node);
  }

  update() {
    const { place } = this.session;
    const isHome = place.kind === "home";
    const channel = isHome ? null : this.session.channel(place.channel);
    this.conversation.hidden = isHome || !channel;
    this.#updateHead(channel, isHome);
    this.home.update(isHome);
    if (channel) this.#updateChannel(channel);
    else this.messages.clear();
  }

  #updateHead(channel, isHome) {
    const { session } = this;
    const { app, notices } = session.state;
    const isApp = isHome || channel?.with === app.bot_user;
    const shown = channel && { ...channel, messages: null, unread: 0 };
    const facts = [shown, isHome, app, notices.length, session.drawerOpen, session.appChannel?.id];
    refresh(this.head, facts, () => [
      menuButton(session),
      isApp ? this.#appTitle(isHome) : channelTitle(session, channel),
      developerButton(session),
    ]);
  }

  #appTitle(isHome) {
    const { app, users } = this.session.state;
    const channel = this.session.appChannel;
    const name = el("span", { class: "app-name" }, app.name);
    return [
      el("h1", { class: "head-title" }, avatar(users[app.bot_user], "small"), name),
      el("nav", { class: "tabs", "aria-label": app.name }, [
        tab("Home", "/home", isHome),
        channel && tab("Messages", `/c/${channel.id}`, !isHome),
      ]),
      el("span", { class: "spring" }),
    ];
  }

  #updateChannel(channel) {
    const { session } = this;
    const { id, archived } = channel;
    const shown = channel.messages.filter((message) => !isReply(message) || message.broadcast);
    const label = composerLabel(session, channel);
    this.messages.update(channel, shown, { place: id, intro: introOf(session, channel) });
    this.composer.update({ place: id, target: { channel: id }, label, isClosed: archived });
    this.announcer.update(session, id, shown);
    this.#revealAskedFor(channel);
    if (channel.unread && !document.hidden) this.#markRead(channel);
  }

  async #markRead(channel) {
    if (this.#isMarking) return;
    this.#isMarking = true;
    await this.session.act({ do: "read", channel: channel.id });
    this.#isMarking = false;
  }

  #revealAskedFor(channel) {
    const { message, thread } = this.session.place;
    if (!message || !this.messages.reveal(message)) return;
    const asked = channel.messages.find((candidate) => candidate.ts === message);
    this.session.go(channelPlace(channel.id, thread ?? (asked.reply_count ? message : null)), { replace: true });
  }
}

/** A channel's name with the sign of its kind. */
export function channelSign(session, channel) {
  if (channel.kind === "im") return avatar(session.person(channel.with), "tiny");
  return icon(channel.kind === "private" ? "lock" : "hash");
}

function channelTitle(session, channel) {
  if (!channel) return el("h1", { class: "head-title" }, "No such channel");
  const topic = el("p", { class: "head-topic" }, channel.archived ? "Archived" : channel.topic);
  return [el("h1", { class: "head-title" }, channelSign(session, channel), session.titleOf(channel)), topic];
}

function composerLabel(session, channel) {
  return channel.kind === "im" ? `Message ${session.titleOf(channel)}` : `Message #${channel.name}`;
}

function introOf(session, channel) {
  const title = session.titleOf(channel);
  const what = channel.kind === "im" ? `your messages with ${title}` : `#${title}`;
  const words = `This is the start of ${what}.`;
  return { key: "intro", facts: words, build: () => el("li", { class: "intro" }, words) };
}

function tab(words, href, isCurrent) {
  return el("a", { href, "aria-current": isCurrent ? "page" : null, data: { focusKey: `tab-${words}` } }, words);
}

function menuButton(session) {
  const act = () => session.change({ sidebarOpen: true });
  return iconButton({ name: "menu", label: "Open the sidebar", act, focusKey: "head-menu", className: "only-narrow" });
}

function developerButton(session) {
  const words = el("span", { class: "developer-word" }, "Developer");
  const toggle = () => session.change({ drawerOpen: !session.drawerOpen });
  return el("button", {
    class: "developer",
    type: "button",
    "aria-expanded": String(session.drawerOpen),
    "aria-controls": "drawer",
    data: { testid: "developer", focusKey: "developer" },
    on: { click: toggle },
  }, icon("code"), words, countBadge(session.state.notices.length, "notices"));
}

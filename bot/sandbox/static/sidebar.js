/** The sidebar: workspace, app, channels, direct messages, and who one acts as. */

import { channelSign } from "./channel-pane.js";
import { countBadge, iconButton } from "./controls.js";
import { showHelp } from "./dialogs.js";
import { el } from "./dom.js";
import { avatar, personSwitcher } from "./people.js";
import { addressOf, channelPlace } from "./places.js";
import { refresh } from "./reconcile.js";
import { currentTheme, toggleTheme } from "./theme.js";

const TRANSPORTS = { socket: "Socket Mode", http: "HTTP" };

export class Sidebar {
  constructor(session, node, { onSwitch }) {
    this.session = session;
    this.node = node;
    this.onSwitch = onSwitch;
  }

  update() {
    const { state, place, user } = this.session;
    const channels = state.channels.map((channel) => ({ ...channel, messages: null }));
    const facts = [state.team, state.me, state.people, state.users, state.app, channels, place, user, currentTheme()];
    refresh(this.node, facts, () => [this.#top(), this.#sections(), personSwitcher(this.session, this.onSwitch)]);
  }

  #top() {
    const { team } = this.session.state;
    const close = () => this.session.change({ sidebarOpen: false });
    return el("header", { class: "side-top" }, [
      el("strong", { class: "team" }, team.name),
      this.#themeButton(),
      iconButton({ name: "help", label: "Keys", act: showHelp, focusKey: "side-help" }),
      iconButton({ name: "close", label: "Close the sidebar", act: close, className: "only-narrow" }),
    ]);
  }

  #themeButton() {
    const isDark = currentTheme() === "dark";
    const toggle = () => {
      toggleTheme();
      this.session.change({});
    };
    const [name, label] = isDark ? ["sun", "Use the light theme"] : ["moon", "Use the dark theme"];
    return iconButton({ name, label, act: toggle, focusKey: "side-theme" });
  }

  #sections() {
    const channels = this.session.state.channels;
    const links = (isDirect) => {
      const listed = channels.filter((channel) => (channel.kind === "im") === isDirect);
      return listed.map((channel) => this.#channelLink(channel));
    };
    return el("div", { class: "side-lists" }, [
      sideSection("App", [this.#appLink()]),
      sideSection("Channels", links(false)),
      sideSection("Direct messages", links(true)),
    ]);
  }

  #appLink() {
    const { app, users } = this.session.state;
    const status = el("span", { class: `status ${app.connected ? "on" : "off"}` }, statusOf(app));
    return el("a", {
      class: "side-link side-app",
      href: addressOf({ kind: "home" }, this.session.user),
      "aria-current": this.session.place.kind === "home" ? "page" : null,
      data: { testid: "home-link", focusKey: "home-link" },
    }, avatar(users[app.bot_user], "small"), el("span", { class: "side-name" }, app.name, status));
  }

  #channelLink(channel) {
    const { place, user } = this.session;
    const isHere = place.kind === "channel" && place.channel === channel.id;
    const unread = isHere ? null : countBadge(channel.unread, "unread");
    const name = el("span", { class: "side-name" }, this.session.titleOf(channel));
    return el("a", {
      class: `side-link ${unread ? "unread" : ""}`,
      href: addressOf(channelPlace(channel.id), user),
      "aria-current": isHere ? "page" : null,
      data: { channel: channel.id, focusKey: `channel-${channel.id}` },
    }, channelSign(this.session, channel), name, unread);
  }
}

/** How the app stands with the sandbox, in words. */
function statusOf(app) {
  if (!app.connected) return "Not connected";
  return TRANSPORTS[app.transport] ? `Connected by ${TRANSPORTS[app.transport]}` : "Connected";
}

function sideSection(title, links) {
  const items = links.map((link) => el("li", {}, link));
  return el("section", { class: "side-section" }, el("h2", {}, title), el("ul", {}, items));
}

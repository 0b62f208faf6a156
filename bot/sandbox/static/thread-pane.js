/** The thread beside a channel. */

import { Composer } from "./composer.js";
import { iconButton } from "./controls.js";
import { el } from "./dom.js";
import { MessageList } from "./message-list.js";
import { channelPlace } from "./places.js";
import { refresh } from "./reconcile.js";

export class ThreadPane {
  #shown = null;

  constructor(session, node, announcer) {
    this.session = session;
    this.node = node;
    this.announcer = announcer;
    this.head = el("header", { class: "head" });
    this.messages = new MessageList(session, { label: "Messages of the thread", inThread: true });
    this.composer = new Composer(session, { pane: "thread", announcer });
    node.append(this.head, this.messages.node, this.composer.node);
    node.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  update() {
    const { place } = this.session;
    const channel = place.thread ? this.session.channel(place.channel) : null;
    this.node.hidden = !channel;
    if (channel) this.#show(channel, place.thread);
    else this.#hide();
  }

  #hide() {
    this.#shown = null;
    this.messages.clear();
  }

  /** Closes the thread and gives the focus back to where it was opened. */
  close() {
    const { channel, thread } = this.session.place;
    this.session.go(channelPlace(channel));
    const root = document.querySelector(`#main [data-ts="${CSS.escape(thread)}"]`);
    (root?.querySelector(".replies") ?? root)?.focus();
  }

  #show(channel, thread) {
    const place = `${channel.id}/${thread}`;
    const messages = channel.messages.filter((message) => message.ts === thread || message.thread_ts === thread);
    this.#updateHead(channel);
    this.messages.update(channel, messages, { place, intro: replyCount(messages) });
    const target = { channel: channel.id, thread_ts: thread };
    this.composer.update({ place, target, label: "Reply", isClosed: channel.archived });
    this.announcer.update(this.session, place, messages);
    if (place !== this.#shown) this.composer.focus();
    this.#shown = place;
    this.#revealAskedFor(channel, thread);
  }

  #revealAskedFor(channel, thread) {
    const { message } = this.session.place;
    if (message && this.messages.reveal(message)) this.session.go(channelPlace(channel.id, thread), { replace: true });
  }

  #updateHead(channel) {
    const where = channel.kind === "im" ? this.session.titleOf(channel) : `#${channel.name}`;
    refresh(this.head, where, () => [
      el("h2", { class: "head-title" }, "Thread"),
      el("p", { class: "head-topic" }, where),
      iconButton({ name: "close", label: "Close the thread", act: () => this.close() }),
    ]);
  }
}

function replyCount(messages) {
  const isMissing = messages.length === 0;
  const words = isMissing ? "This thread is no longer here." : "";
  return { key: "intro", facts: words, build: () => el("li", { class: "intro", hidden: !isMissing }, words) };
}

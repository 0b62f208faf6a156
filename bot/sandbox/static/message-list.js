/** A scrolling list of messages with day separators, which stays at its end while one reads there. */

import { dayKey, dayTitle, momentOf } from "./dates.js";
import { el } from "./dom.js";
import { messageItem } from "./message.js";
import { reconcile } from "./reconcile.js";

const NEAR_END_PX = 48;
const COMPACT_WITHIN_S = 300;

export class MessageList {
  #isAtEnd = true;
  #shown = null;

  constructor(session, { label, inThread }) {
    this.session = session;
    this.inThread = inThread;
    const keys = { keydown: (event) => this.#key(event), focusin: (event) => this.#roam(event.target) };
    const scroll = () => this.#scrolled();
    this.list = el("ol", { class: "messages", on: keys });
    this.node = el("div", { class: "scroller", role: "region", "aria-label": label, on: { scroll } }, this.list);
    const observer = new ResizeObserver(() => this.#isAtEnd && this.#toEnd());
    observer.observe(this.node);
    observer.observe(this.list);
  }

  /** Shows `messages` of a channel; `intro` stands above them, `place` says whether it is another list than before. */
  update(channel, messages, { place, intro }) {
    const isOther = place !== this.#shown;
    this.#shown = place;
    if (isOther) this.#isAtEnd = true;
    reconcile(this.list, [intro, ...this.#entries(channel, messages)]);
    this.#keepTabStop();
    if (this.#isAtEnd) this.#toEnd();
  }

  /** Takes everything off the page, for while the list is hidden. */
  clear() {
    this.#shown = null;
    this.list.replaceChildren();
  }

  /** Brings one message into view and puts the focus on it; false when it is not in the list. */
  reveal(ts) {
    const item = this.list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    if (!item) return false;
    this.#isAtEnd = false;
    item.scrollIntoView({ block: "center" });
    item.focus({ preventScroll: true });
    item.classList.add("revealed");
    return true;
  }

  #entries(channel, messages) {
    const threads = Map.groupBy(channel.messages.filter(isReply), (reply) => reply.thread_ts);
    return messages.flatMap((message, index) => {
      const above = messages[index - 1];
      const replies = (!this.inThread && threads.get(message.ts)) || [];
      const entry = this.#messageEntry(channel, message, { isCompact: continues(message, above), replies });
      return isSameDay(message, above) ? [entry] : [dayEntry(message), entry];
    });
  }

  #messageEntry(channel, message, { isCompact, replies }) {
    const { session, inThread } = this;
    const { users, me } = session.state;
    const repliers = replies.map((reply) => [reply.ts, reply.user]);
    return {
      key: message.ts,
      facts: [channel.id, message, isCompact, repliers, users, me.id],
      build: () => messageItem(session, message, { channel, isCompact, inThread, replies }),
    };
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.node;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
  }

  #key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.matches(".message")) return;
    event.preventDefault();
    const items = this.#items();
    items[items.indexOf(event.target) + step]?.focus();
  }

  #roam(target) {
    const current = target.closest(".message");
    for (const item of this.#items()) item.tabIndex = item === current ? 0 : -1;
  }

  #keepTabStop() {
    const items = this.#items();
    if (items.length && !items.some((item) => item.tabIndex === 0)) items.at(-1).tabIndex = 0;
  }

  #items() {
    return [...this.list.querySelectorAll(":scope > .message")];
  }
}

/** Whether a message stands in a thread only (or also there) below another one. */
export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

function isSameDay(message, above) {
  return above !== undefined && dayKey(momentOf(above.ts)) === dayKey(momentOf(message.ts));
}

/** Whether a message goes on from the one above, so that its author need not be named again. */
function continues(message, above) {
  if (!isSameDay(message, above) || above.user !== message.user) return false;
  const isSet = message.blocks || message.broadcast || message.ephemeral || above.ephemeral || above.reply_count;
  return !isSet && Number(message.ts) - Number(above.ts) < COMPACT_WITHIN_S;
}

function dayEntry(message) {
  const moment = momentOf(message.ts);
  const title = dayTitle(moment, new Date());
  const build = () => el("li", { class: "day" }, el("span", {}, title));
  return { key: `day-${dayKey(moment)}`, facts: title, build };
}

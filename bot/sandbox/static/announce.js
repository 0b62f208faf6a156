/** Tells screen readers about new messages at the place one looks at. */

import { nameOf } from "./session.js";

const LONGEST = 240;

export class Announcer {
  #seen = new Map();

  constructor(node) {
    this.node = node;
  }

  /** Speaks the messages of a channel or thread that came since the last time, except one's own. */
  update(session, place, messages) {
    const newest = messages.at(-1)?.ts ?? "";
    const before = this.#seen.get(place);
    this.#seen.set(place, newest);
    if (before === undefined || newest <= before) return;
    const fresh = messages.filter((message) => message.ts > before && message.user !== session.state.me.id);
    if (fresh.length) this.say(fresh.map((message) => words(session, message)).join(". "));
  }

  say(text) {
    this.node.textContent = text;
  }
}

function words(session, message) {
  const author = nameOf(session.person(message.user));
  const scope = message.ephemeral ? " (only visible to you)" : "";
  return `${author}${scope}: ${message.text.replace(/[*_~`<>]/g, "").slice(0, LONGEST)}`;
}

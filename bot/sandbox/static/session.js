/** What the page knows: the server's state, the person, the place, and what is open. */

import { postAct } from "./live.js";
import { addressOf } from "./places.js";
import { InputValues } from "./values.js";

const TIMEOUT = "operation_timeout";
const TIMEOUT_WORDS = "The app did not respond in time.";

export class Session {
  user = null;
  state = null;
  place = null;
  online = true;
  drawerOpen = false;
  sidebarOpen = false;
  values = new InputValues();
  #listeners = [];
  #isScheduled = false;

  constructor(user, place) {
    this.user = user;
    this.place = place;
  }

  /** Calls `listener` once after any number of changes made in one go. */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Sets fields of the session and has the page rendered. */
  change(fields) {
    Object.assign(this, fields);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      for (const listener of this.#listeners) listener();
    });
  }

  /** Goes to a place; the address bar follows. */
  go(place, { replace = false } = {}) {
    history[replace ? "replaceState" : "pushState"](null, "", addressOf(place, this.user));
    this.change({ place, sidebarOpen: false });
  }

  /** Does something as the current person; the answer is `{ok, error}` with an error in words. */
  async act(body) {
    const answer = await postAct({ user: this.state.me.id, ...body });
    return answer.ok ? answer : { ok: false, error: wordsOf(answer.error) };
  }

  /** A user by id; someone unknown is named by the id. */
  person(id) {
    return this.state.users[id] ?? { id, name: id, real_name: id, title: "", is_bot: false, color: "777777" };
  }

  channel(id) {
    return this.state.channels.find((channel) => channel.id === id) ?? null;
  }

  /** The direct conversation with the app; null while there is none. */
  get appChannel() {
    return this.state.channels.find((channel) => channel.with === this.state.app.bot_user) ?? null;
  }

  /** What people call a channel: its name, or who the direct conversation is with. */
  titleOf(channel) {
    return channel.kind === "im" ? nameOf(this.person(channel.with)) : channel.name;
  }
}

/** The name to show for a user. */
export function nameOf(person) {
  return person.real_name || person.name;
}

function wordsOf(error) {
  return !error || error.includes(TIMEOUT) ? TIMEOUT_WORDS : error;
}

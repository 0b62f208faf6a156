/** The list of commands and their arguments, or of names behind an "@", above a composer. */

import { el, setAttribute, uniqueId } from "./dom.js";

const MENTION = /(?<![\p{L}\p{N}_<@])@([^@\n]*)$/u;

/** What could complete a text: `{insert, label, hint, isExact}`, where `insert` is the whole new text. */
function completionsOf(text, { commands, users }) {
  return text.startsWith("/") ? commandCompletions(text, commands) : mentionsOf(text, users);
}

/** Commands come first; behind a command and a space, its arguments. */
function commandCompletions(text, commands) {
  if (text.includes("\n")) return [];
  const command = commands.find((candidate) => text.startsWith(`${candidate.command} `));
  const found = command ? argumentsOf(command, text) : commandsOf(text, commands);
  return found.filter(({ insert }) => insert.trimEnd() !== text.trimEnd() || insert.length > text.length);
}

function commandsOf(text, commands) {
  return commands
    .filter(({ command }) => command.startsWith(text))
    .map(({ command, usage_hint: usage, description }) => {
      return { insert: `${command} `, label: usage ? `${command} ${usage}` : command, hint: description };
    });
}

function argumentsOf({ command, completions = [] }, text) {
  const typed = text.slice(command.length + 1).trimStart().toLowerCase();
  return completions
    .filter((completion) => completion.text.toLowerCase().startsWith(typed))
    .map((completion) => ({ insert: `${command} ${completion.text}`, label: completion.text, hint: completion.hint }));
}

/** The people and the app whose name or real name begins with what stands behind the last "@". */
function mentionsOf(text, users) {
  const typed = MENTION.exec(text)?.[1].toLowerCase();
  if (typed === undefined) return [];
  const before = text.slice(0, text.length - typed.length);
  return users
    .map((user) => ({ user, names: [user.name.toLowerCase(), user.real_name.toLowerCase()] }))
    .filter(({ names }) => names.some((name) => name.startsWith(typed)))
    .map(({ user, names }) => {
      const isExact = names.includes(typed);
      return { insert: `${before}${user.real_name} `, label: `@${user.real_name}`, hint: user.title, isExact };
    });
}

export class CompletionList {
  #options = [];
  #active = -1;

  /** `onTake` gets the completed text. */
  constructor(field, { onTake, announcer }) {
    this.field = field;
    this.onTake = onTake;
    this.announcer = announcer;
    const id = uniqueId("completions");
    this.node = el("ul", { class: "completions", id, role: "listbox", "aria-label": "Completions", hidden: true });
    setAttribute(field, "aria-controls", id);
    setAttribute(field, "aria-autocomplete", "list");
  }

  get isOpen() {
    return !this.node.hidden;
  }

  /** Shows what fits the text; a command or a name that is being typed has its first match chosen. */
  update(text, { commands, users }) {
    this.#options = completionsOf(text, { commands, users });
    this.node.replaceChildren(...this.#options.map((option, index) => this.#item(option, index)));
    this.node.hidden = this.#options.length === 0;
    if (this.isOpen) this.announcer.say(`${this.#options.length} completions`);
    const isCommand = text.startsWith("/");
    const isWhole = isCommand && (text.includes(" ") || commands.some(({ command }) => command === text));
    const isExact = this.#options.some((option) => option.isExact);
    this.#activate(isWhole || isExact || !this.isOpen ? -1 : 0);
  }

  close() {
    this.node.hidden = true;
    this.#activate(-1);
  }

  /** Takes a key that is meant for the list; true when it did. */
  handleKey(event) {
    if (!this.isOpen) return false;
    const isTaken = this.#keyed(event.key);
    if (isTaken) event.preventDefault();
    return isTaken;
  }

  #keyed(key) {
    const count = this.#options.length;
    if (key === "ArrowDown") this.#activate((this.#active + 1) % count);
    else if (key === "ArrowUp") this.#activate(this.#active <= 0 ? count - 1 : this.#active - 1);
    else if (key === "Escape") this.close();
    else if (key === "Tab") this.#take(Math.max(this.#active, 0));
    else if (key === "Enter" && this.#active >= 0) this.#take(this.#active);
    else return false;
    return true;
  }

  #take(index) {
    this.onTake(this.#options[index].insert);
  }

  #activate(index) {
    this.#active = index;
    [...this.node.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    const item = this.node.children[index];
    setAttribute(this.field, "aria-activedescendant", item?.id);
    item?.scrollIntoView({ block: "nearest" });
  }

  #item({ label, hint }, index) {
    const take = (event) => {
      event.preventDefault();
      this.#take(index);
    };
    const words = [el("span", { class: "completion-text" }, label), el("span", { class: "completion-hint" }, hint)];
    return el("li", { class: "completion", id: uniqueId("completion"), role: "option", on: { mousedown: take } }, words);
  }
}

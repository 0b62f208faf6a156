/** Where messages and commands are typed. */

import { CompletionList } from "./completion.js";
import { iconButton } from "./controls.js";
import { el, uniqueId } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";

const COMMAND = /^(\/\S+)\s*([\s\S]*)$/;

/** A composer of one pane; it keeps what is typed for each channel and thread while one is elsewhere. */
export class Composer {
  #drafts = new Map();
  #place = null;
  #target = null;

  constructor(session, { pane, announcer }) {
    this.session = session;
    this.problem = problemLine(pane);
    this.field = this.#textField(pane);
    this.completions = new CompletionList(this.field, { announcer, onTake: (text) => this.#setText(text) });
    this.sendButton = el("button", { class: "icon-button send", type: "submit", "aria-label": "Send" }, icon("send"));
    const shortcuts = pane === "main" ? this.#shortcutsButton() : null;
    const box = el("div", { class: "composer-box" }, shortcuts, this.field, this.sendButton);
    const submit = (event) => this.#submitted(event);
    this.node = el("form", { class: "composer", on: { submit } }, this.completions.node, box, this.problem);
  }

  /** Points the composer at a channel or thread: `target` is `{channel, thread_ts}`. */
  update({ place, target, label, isClosed }) {
    if (place !== this.#place) this.#changePlace(place);
    this.#target = target;
    this.field.placeholder = label;
    this.field.setAttribute("aria-label", label);
    this.node.hidden = isClosed;
  }

  focus() {
    this.field.focus();
  }

  #textField(pane) {
    return el("textarea", {
      rows: 1,
      autocomplete: "off",
      "aria-describedby": this.problem.id,
      data: { focusKey: `composer-${pane}`, testid: `composer-${pane}` },
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event), blur: () => this.completions.close() },
    });
  }

  #shortcutsButton() {
    const act = (event) => this.#listShortcuts(event.currentTarget);
    return iconButton({ name: "bolt", label: "Shortcuts", act, popup: "menu" });
  }

  #listShortcuts(anchor) {
    const { global_shortcuts: shortcuts, app } = this.session.state;
    const options = shortcuts.map(({ callback_id, name }) => ({ key: callback_id, label: name, hint: app.name }));
    const onChoose = (key) => this.#send({ do: "global_shortcut", callback_id: key });
    openMenu({ anchor, label: "Shortcuts", kind: "menu", groups: [{ options }], onChoose });
  }

  #changePlace(place) {
    this.#drafts.set(this.#place, this.field.value);
    this.#place = place;
    this.field.value = this.#drafts.get(place) ?? "";
    this.problem.textContent = "";
    this.completions.close();
    this.#fit();
  }

  #typed() {
    this.problem.textContent = "";
    this.#fit();
    const { commands, users } = this.session.state;
    const offered = this.#target.thread_ts ? [] : commands;
    this.completions.update(this.field.value, { commands: offered, users: Object.values(users) });
  }

  #setText(text) {
    this.field.value = text;
    this.#typed();
  }

  #fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }

  #key(event) {
    if (event.isComposing) return;
    if (this.completions.handleKey(event)) {
      event.stopPropagation();
      return;
    }
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.node.requestSubmit();
  }

  #submitted(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    const { problem, request } = requestOf(text, this.#target);
    if (problem) this.problem.textContent = problem;
    else this.#sendText(text, request);
  }

  async #sendText(text, request) {
    const place = this.#place;
    this.#setText("");
    this.completions.close();
    const isSent = await this.#send(request);
    if (!isSent && place === this.#place && !this.field.value) this.#restore(text);
  }

  #restore(text) {
    this.field.value = text;
    this.#fit();
  }

  async #send(request) {
    this.sendButton.setAttribute("aria-busy", "true");
    const answer = await this.session.act(request);
    this.sendButton.removeAttribute("aria-busy");
    if (!answer.ok) this.problem.textContent = answer.error;
    return answer.ok;
  }
}

function problemLine(pane) {
  const data = { testid: `composer-problem-${pane}` };
  return el("p", { class: "composer-problem", role: "alert", id: uniqueId("problem"), data });
}

/** What a typed text asks for: `{request}`, or `{problem}` for a command in a thread, which Slack refuses. */
function requestOf(text, target) {
  const command = COMMAND.exec(text);
  if (!command) return { request: { do: "message", ...target, text } };
  const [, name, rest] = command;
  if (target.thread_ts) return { problem: `${name} is not supported in threads. Sorry!` };
  return { request: { do: "command", channel: target.channel, command: name, text: rest } };
}

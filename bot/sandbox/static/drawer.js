/** The developer panel: notices of what Slack would refuse, and faults to try the app against. */

import { iconButton, textButton } from "./controls.js";
import { clock } from "./dates.js";
import { el, uniqueId } from "./dom.js";
import { refresh } from "./reconcile.js";

const METHODS = [
  "chat.postMessage", "chat.update", "chat.postEphemeral", "chat.delete",
  "views.open", "views.push", "views.update", "views.publish",
  "files.getUploadURLExternal", "files.completeUploadExternal", "users.info", "conversations.open", "conversations.replies",
  "events_api", "interactive", "slash_commands",
];

const KINDS = {
  ratelimited: "Answer 429, too many calls",
  server_error: "Answer 500",
  timeout_after_accept: "Do it, but answer too late",
  duplicate_delivery: "Deliver it twice",
  slow_files: "Refuse a fresh file at first",
};

const FAULT_WORDS = "What Slack does to the app on a bad day. Each fault happens the given number of times.";

export class Drawer {
  constructor(session, node) {
    this.session = session;
    this.node = node;
    this.problem = el("p", { class: "failure", role: "alert" });
    this.notices = el("ul", { class: "notices" });
    this.active = el("ul", { class: "faults" });
    node.append(this.#head(), el("div", { class: "drawer-body" }, this.#noticesSection(), this.#faultsSection()));
    node.addEventListener("keydown", (event) => event.key === "Escape" && this.#close());
  }

  update() {
    const { state, drawerOpen } = this.session;
    const isOpening = drawerOpen && this.node.hidden;
    this.node.hidden = !drawerOpen;
    if (isOpening) this.node.querySelector("button").focus();
    refresh(this.notices, state.notices, () => this.#noticeItems(state.notices));
    refresh(this.active, state.misbehaviour, () => state.misbehaviour.map((fault) => this.#faultItem(fault)));
  }

  #close() {
    this.session.change({ drawerOpen: false });
    document.querySelector("[data-testid=developer]").focus();
  }

  #head() {
    return el("header", { class: "head" }, [
      el("h2", { class: "head-title" }, "Developer"),
      el("span", { class: "spring" }),
      iconButton({ name: "close", label: "Close the developer panel", act: () => this.#close() }),
    ]);
  }

  #noticesSection() {
    return el("section", {}, el("h3", {}, "Notices"), this.notices);
  }

  #faultsSection() {
    const words = el("p", { class: "drawer-words" }, FAULT_WORDS);
    return el("section", {}, el("h3", {}, "Faults"), words, this.active, this.#faultForm(), this.problem);
  }

  #noticeItems(notices) {
    if (notices.length === 0) return [el("li", { class: "drawer-words" }, "Nothing to report.")];
    return notices.toReversed().map((notice) => this.#noticeItem(notice));
  }

  #noticeItem({ id, level, text, at }) {
    const forget = () => this.#act({ do: "dismiss_notice", id });
    const time = el("time", {}, clock(new Date(at * 1000), { second: "2-digit" }));
    const dismiss = textButton("Dismiss", forget, `notice-${id}`);
    return el("li", { class: "notice", data: { notice: id, level } }, [
      el("div", { class: "notice-head" }, el("strong", {}, level), time, dismiss),
      el("p", {}, noticeWords(text)),
    ]);
  }

  #faultItem({ method, kind, times }) {
    const stop = () => this.#act({ do: "misbehave", method, kind: "none", times: 0 });
    const words = el("span", {}, el("code", {}, method), ` ${KINDS[kind] ?? kind}, ${times} more`);
    return el("li", { class: "fault" }, words, textButton("Stop", stop, `fault-${method}-${kind}`));
  }

  #faultForm() {
    const fields = faultFields();
    const submit = (event) => {
      event.preventDefault();
      this.#act({ do: "misbehave", ...faultOf(fields) });
    };
    return el("form", { class: "fault-form", on: { submit } }, [
      labelled("Method or delivery", fields.method),
      fields.methods,
      labelled("Fault", fields.kind),
      labelled("Times", fields.times),
      labelled("Retry-After or delay, in seconds", fields.seconds),
      el("button", { class: "button", type: "submit" }, "Add"),
    ]);
  }

  async #act(body) {
    const answer = await this.session.act(body);
    this.problem.textContent = answer.ok ? "" : answer.error;
  }
}

/** A notice with the JSON pointers in it set off from the words. */
function noticeWords(text) {
  const parts = text.split(/\[json-pointer:([^\]]*)\]/);
  return parts.map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

function faultFields() {
  const listId = uniqueId("methods");
  const kinds = Object.entries(KINDS).map(([value, words]) => el("option", { value }, words));
  return {
    method: el("input", { class: "field", list: listId, value: METHODS[0], required: true, autocomplete: "off" }),
    methods: el("datalist", { id: listId }, METHODS.map((value) => el("option", { value }))),
    kind: el("select", { class: "field" }, kinds),
    times: el("input", { class: "field", type: "number", min: 1, max: 99, value: "1" }),
    seconds: el("input", { class: "field", type: "number", min: 0, max: 60, value: "2" }),
  };
}

function faultOf({ method, kind, times, seconds }) {
  const wait = Number(seconds.value);
  return { method: method.value.trim(), kind: kind.value, times: Number(times.value), retry_after: wait, delay: wait };
}

function labelled(words, field) {
  field.id = uniqueId("fault");
  return el("label", { class: "label", for: field.id }, words, field);
}

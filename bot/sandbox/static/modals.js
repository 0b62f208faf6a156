/** The bot's modals: the top view of the stack in one dialog, which keeps what is typed in all of them. */

import { focusFirstError, updateBlocks } from "./blocks.js";
import { iconButton } from "./controls.js";
import { el, setAttribute, uniqueId } from "./dom.js";
import { rememberFocus } from "./focus.js";
import { plainNodes } from "./formatted.js";
import { refresh } from "./reconcile.js";
import { stateOf, valueOf, viewSurface, whileBusy } from "./surface.js";
import { problemsIn } from "./validation.js";

const FIELDS = "input, textarea, .select";

export class Modals {
  #view = null;
  #surface = null;
  #localErrors = {};
  #shownErrors = "{}";
  #awaitsField = false;
  #restoreFocus = () => {};
  #known = new Set();

  constructor(session) {
    this.session = session;
    const titleId = uniqueId("modal-title");
    this.title = el("h2", { id: titleId });
    this.blocks = el("div", { class: "blocks" });
    this.body = el("div", { class: "modal-body" }, this.blocks);
    this.problem = el("p", { class: "failure", role: "alert" });
    this.foot = el("div", { class: "dialog-foot" });
    this.form = this.#formNode();
    this.dialog = this.#dialogNode(titleId);
    document.body.append(this.dialog);
  }

  #formNode() {
    const close = iconButton({ name: "close", label: "Close", act: () => this.#close() });
    const head = el("header", { class: "dialog-head" }, this.title, close);
    const submit = (event) => this.#submitted(event);
    return el("form", { novalidate: true, on: { submit } }, head, this.body, this.problem, this.foot);
  }

  #dialogNode(titleId) {
    return el("dialog", {
      class: "dialog modal",
      role: "dialog",
      "aria-modal": "true",
      "aria-labelledby": titleId,
      tabindex: "-1",
      data: { pane: "modal" },
      on: { keydown: (event) => this.#key(event), cancel: (event) => event.preventDefault() },
    }, this.form);
  }

  update() {
    const stack = this.session.state.modals;
    this.#forgetGone(stack);
    const top = stack.at(-1);
    if (!top) this.#hide();
    else this.#show(top);
  }

  #forgetGone(stack) {
    const now = new Set(stack.map((view) => view.id));
    for (const id of this.#known) if (!now.has(id)) this.session.values.forget(id);
    this.#known = now;
  }

  #hide() {
    this.#view = null;
    if (!this.dialog.open) return;
    this.dialog.close();
    this.#restoreFocus();
  }

  #show(view) {
    const isOther = this.#view?.id !== view.id;
    if (isOther) this.#startView(view);
    this.#view = view;
    this.#render();
    if (!this.dialog.open) this.#open();
    this.#moveFocus(isOther);
  }

  #startView(view) {
    this.#localErrors = {};
    this.#shownErrors = "{}";
    this.#awaitsField = true;
    this.problem.textContent = "";
    this.dialog.dataset.viewId = view.id;
    this.body.dataset.surface = view.id;
    this.body.scrollTop = 0;
  }

  #open() {
    this.#restoreFocus = rememberFocus();
    this.dialog.showModal();
  }

  #render() {
    const { session } = this;
    const view = this.#view;
    this.#surface = viewSurface(session, view, { ...view.errors, ...this.#localErrors });
    session.values.keepOnly(view.id, view.blocks);
    refresh(this.title, view.title, () => el("span", {}, plainNodes(view.title?.text)));
    refresh(this.foot, [view.id, view.submit, view.close, Boolean(view.busy)], () => this.#buttons(view));
    setAttribute(this.form, "aria-busy", view.busy);
    updateBlocks(this.blocks, this.#surface, [view.id, session.state.users]);
  }

  #buttons(view) {
    const hasInput = view.blocks.some((block) => block.type === "input");
    const submit = view.submit?.text ?? (hasInput ? "Submit" : null);
    const close = view.close?.text ?? (submit ? "Cancel" : "Close");
    const closing = { class: "button", type: "button", on: { click: () => this.#close() } };
    const submitting = { class: "button primary", type: "submit", "aria-busy": view.busy ? "true" : null };
    return [
      el("button", { ...closing, data: { testid: "modal-close", focusKey: "modal-close" } }, close),
      submit && el("button", { ...submitting, data: { testid: "modal-submit", focusKey: "modal-submit" } }, submit),
    ];
  }

  #moveFocus(isOther) {
    const errors = JSON.stringify(this.#surface.errors);
    const isNew = errors !== this.#shownErrors;
    this.#shownErrors = errors;
    if (isNew && focusFirstError(this.blocks)) return;
    const field = this.#awaitsField && this.blocks.querySelector(FIELDS);
    if (field) {
      this.#awaitsField = false;
      field.focus();
    } else if (isOther) this.dialog.querySelector("[type=submit], [data-testid=modal-close]").focus();
  }

  #key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
  }

  async #close() {
    const answer = await this.session.act({ do: "close", view_id: this.#view.id });
    if (!answer.ok) this.problem.textContent = answer.error;
  }

  #submitted(event) {
    event.preventDefault();
    if (!this.form.querySelector("[type=submit]") || this.form.querySelector("[type=submit][aria-busy]")) return;
    this.problem.textContent = "";
    this.#shownErrors = "{}";
    this.#localErrors = problemsIn(this.#surface.blocks, (block, element) => valueOf(this.#surface, block, element));
    this.session.change({});
    if (Object.keys(this.#localErrors).length === 0) this.#send();
  }

  async #send() {
    const view = this.#view;
    const request = { do: "submit", view_id: view.id, values: stateOf(this.#surface) };
    const answer = await whileBusy(this.form.querySelector("[type=submit]"), () => this.session.act(request));
    if (!answer.ok && this.#view?.id === view.id) this.problem.textContent = answer.error;
  }
}

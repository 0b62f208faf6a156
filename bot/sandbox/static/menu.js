/** Lists that open at a button: choices of a select, entries of an overflow menu. */

import { el, setAttribute, uniqueId } from "./dom.js";
import { rememberFocus } from "./focus.js";
import { icon } from "./icons.js";

const FILTER_FROM = 9;
const GAP_PX = 4;
const EDGE_PX = 8;
const MIN_WIDTH_PX = 200;

let openNow = null;

/**
 * Opens a list at `anchor`. `groups` are `{label, options: [{key, label, hint}]}`; `selected` holds keys.
 * A single list calls `onChoose(key)` and closes; with `multiple` each choice toggles and `onClose(keys)` tells the
 * outcome, in the order of choosing. `kind` is "listbox" or "menu".
 */
export function openMenu(settings) {
  openNow?.close();
  openNow = new Menu({ kind: "listbox", selected: [], multiple: false, onClose: () => {}, ...settings });
  openNow.show();
}

class Menu {
  #active = -1;
  #typed = { text: "", at: 0 };

  constructor(settings) {
    this.settings = settings;
    this.selected = [...settings.selected];
    this.listId = uniqueId("menu");
    this.restoreFocus = rememberFocus();
    this.list = this.#listNode();
    this.filter = this.#needsFilter() ? this.#filterField() : null;
    this.node = el("div", { class: "menu", popover: "manual", data: { pane: this.listId } }, this.filter, this.list);
  }

  show() {
    (this.settings.anchor.closest("dialog") ?? document.body).append(this.node);
    this.#fill();
    this.node.showPopover();
    this.#place();
    this.#listen();
    this.settings.anchor.setAttribute("aria-expanded", "true");
    this.#focusNode().focus();
    this.#activate(Math.max(0, this.options.findIndex((option) => this.selected.includes(option.dataset.option))));
  }

  close() {
    if (openNow !== this) return;
    openNow = null;
    this.listeners.abort();
    this.settings.anchor.setAttribute("aria-expanded", "false");
    const hadFocus = this.node.contains(document.activeElement) || document.activeElement === document.body;
    this.node.remove();
    if (hadFocus) this.restoreFocus();
    this.settings.onClose(this.selected);
  }

  #listNode() {
    return el("ul", {
      class: "menu-list",
      id: this.listId,
      role: this.settings.kind,
      "aria-label": this.settings.label,
      "aria-multiselectable": this.settings.multiple ? "true" : null,
      tabindex: "-1",
    });
  }

  #needsFilter() {
    return this.settings.groups.reduce((sum, group) => sum + group.options.length, 0) >= FILTER_FROM;
  }

  #filterField() {
    return el("input", {
      class: "menu-filter",
      type: "text",
      role: "combobox",
      placeholder: "Filter",
      autocomplete: "off",
      "aria-label": `Filter ${this.settings.label}`,
      "aria-controls": this.listId,
      "aria-expanded": "true",
      on: { input: () => this.#refill() },
    });
  }

  #focusNode() {
    return this.filter ?? this.list;
  }

  #refill() {
    this.#fill();
    this.#activate(0);
    this.#place();
  }

  #fill() {
    const wanted = this.filter?.value.trim().toLowerCase() ?? "";
    const items = this.settings.groups.flatMap((group) => this.#group(group, wanted));
    this.list.replaceChildren(...(items.length ? items : [nothingMatches()]));
    this.options = [...this.list.querySelectorAll("[data-option]")];
  }

  #group({ label, options }, wanted) {
    const matching = options.filter(({ label: words, hint = "" }) => `${words} ${hint}`.toLowerCase().includes(wanted));
    const items = matching.map((option) => this.#option(option));
    if (!label || items.length === 0) return items;
    const id = uniqueId("group");
    const title = el("div", { class: "menu-group", id, role: "presentation" }, label);
    return [el("li", { role: "presentation" }, title, el("ul", { role: "group", "aria-labelledby": id }, items))];
  }

  #option({ key, label, hint, url, style }) {
    const isSelected = this.selected.includes(key);
    const isList = this.settings.kind === "listbox";
    const small = hint && el("span", { class: "menu-hint" }, hint);
    const words = el("span", { class: "menu-words" }, el("span", {}, label), small);
    return el("li", {
      class: `menu-option ${style ?? ""}`,
      id: uniqueId("option"),
      role: isList ? "option" : "menuitem",
      "aria-selected": isList ? String(isSelected) : null,
      data: { option: key },
      on: { click: () => this.#choose(key), pointermove: (event) => this.#hover(event.currentTarget) },
    }, words, url ? icon("external") : null, isList ? icon("check") : null);
  }

  #choose(key) {
    if (!this.settings.multiple) {
      this.close();
      this.settings.onChoose(key);
      return;
    }
    const isSelected = this.selected.includes(key);
    this.selected = isSelected ? this.selected.filter((other) => other !== key) : [...this.selected, key];
    this.options.find((option) => option.dataset.option === key).setAttribute("aria-selected", String(!isSelected));
  }

  #hover(option) {
    const index = this.options.indexOf(option);
    if (index !== this.#active) this.#activate(index, { scroll: false });
  }

  #activate(index, { scroll = true } = {}) {
    this.options[this.#active]?.classList.remove("active");
    this.#active = Math.min(index, this.options.length - 1);
    const option = this.options[this.#active];
    option?.classList.add("active");
    if (scroll) option?.scrollIntoView({ block: "nearest" });
    setAttribute(this.#focusNode(), "aria-activedescendant", option?.id);
  }

  #listen() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.node.addEventListener("keydown", (event) => this.#key(event));
    this.node.addEventListener("focusout", (event) => this.#left(event));
    document.addEventListener("pointerdown", (event) => this.#pressedOutside(event), { signal, capture: true });
    addEventListener("resize", () => this.close(), { signal });
    addEventListener("scroll", (event) => this.node.contains(event.target) || this.#place(), { signal, capture: true });
  }

  #pressedOutside({ target }) {
    if (!this.node.contains(target) && !this.settings.anchor.contains(target)) this.close();
  }

  #left({ relatedTarget }) {
    if (relatedTarget && !this.node.contains(relatedTarget)) this.close();
  }

  #key(event) {
    const next = this.#neighbour(event.key);
    if (next !== undefined) this.#activate(next);
    else if (event.key === "Escape" || event.key === "Tab") this.close();
    else if (event.key === "Enter" || (event.key === " " && !this.filter)) this.options[this.#active]?.click();
    else {
      if (!this.filter && event.key.length === 1) this.#typeAhead(event);
      return;
    }
    event.stopPropagation();
    if (event.key !== "Tab") event.preventDefault();
  }

  /** The option that an arrow key, Home or End leads to; undefined for other keys. */
  #neighbour(key) {
    const count = Math.max(this.options.length, 1);
    const steps = { ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, Home: 0, End: count - 1 };
    return key in steps ? (steps[key] + count) % count : undefined;
  }

  #typeAhead({ key, timeStamp }) {
    const text = timeStamp - this.#typed.at < 700 ? this.#typed.text + key.toLowerCase() : key.toLowerCase();
    this.#typed = { text, at: timeStamp };
    const index = this.options.findIndex((option) => option.textContent.toLowerCase().startsWith(text));
    if (index >= 0) this.#activate(index);
  }

  #place() {
    const { anchor } = this.settings;
    if (!anchor.isConnected) return;
    const at = anchor.getBoundingClientRect();
    const { style } = this.node;
    style.minWidth = `${Math.max(at.width, MIN_WIDTH_PX)}px`;
    const { width, height } = this.node.getBoundingClientRect();
    const below = at.bottom + GAP_PX;
    const fits = below + height <= innerHeight - EDGE_PX || at.top < innerHeight / 2;
    style.top = `${fits ? below : Math.max(EDGE_PX, at.top - GAP_PX - height)}px`;
    style.maxHeight = `${fits ? innerHeight - below - EDGE_PX : at.top - GAP_PX - EDGE_PX}px`;
    style.left = `${Math.max(EDGE_PX, Math.min(at.left, innerWidth - width - EDGE_PX))}px`;
  }
}

function nothingMatches() {
  return el("li", { class: "menu-empty", role: "presentation" }, "Nothing matches");
}

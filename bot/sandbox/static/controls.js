/** The small controls that many parts of the page use. */

import { el } from "./dom.js";
import { icon } from "./icons.js";

/** A button that is only an icon; `popup` says what opens at it ("menu" or "listbox"). */
export function iconButton({ name, label, act, focusKey = null, className = "", popup = null }) {
  return el("button", {
    class: `icon-button ${className}`,
    type: "button",
    title: label,
    "aria-label": label,
    "aria-haspopup": popup,
    "aria-expanded": popup && "false",
    data: { focusKey },
    on: { click: act },
  }, icon(name));
}

/** A button that looks like a link. */
export function textButton(label, act, focusKey = null) {
  return el("button", { class: "text-button", type: "button", data: { focusKey }, on: { click: act } }, label);
}

/** How many there are of something, with the noun for screen readers; nothing for none. */
export function countBadge(count, noun) {
  if (!count) return null;
  return el("span", { class: "count" }, count, el("span", { class: "visually-hidden" }, ` ${noun}`));
}

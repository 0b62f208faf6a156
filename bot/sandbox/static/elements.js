/** Interactive elements of Block Kit, by type. */

import { el } from "./dom.js";
import { checkboxes, dateField, radioButtons, textField } from "./fields.js";
import { plainNodes } from "./formatted.js";
import { icon } from "./icons.js";
import { thumbnail } from "./images.js";
import { openMenu } from "./menu.js";
import { select } from "./selects.js";
import { confirmed, marksOf, sendAction } from "./surface.js";
import { unknownBox } from "./unknown.js";

const WEB_LINK = /^https?:/i;

const ELEMENTS = {
  button,
  overflow,
  image: (surface, block, element) => thumbnail(element, "accessory-image"),
  static_select: select,
  multi_static_select: select,
  users_select: select,
  multi_users_select: select,
  conversations_select: select,
  multi_conversations_select: select,
  channels_select: select,
  multi_channels_select: select,
  checkboxes,
  radio_buttons: radioButtons,
  datepicker: dateField,
  timepicker: dateField,
  datetimepicker: dateField,
  plain_text_input: textField,
  number_input: textField,
  email_text_input: textField,
  url_text_input: textField,
};

/** Any element; `labels` are the ARIA attributes that tie it to the label, hint and error of its input block. */
export function element(surface, block, spec, labels = {}) {
  const build = ELEMENTS[spec.type];
  return build ? build(surface, block, spec, labels) : unknownBox("element", spec.type);
}

function button(surface, block, spec) {
  const props = {
    class: `button ${spec.style ?? ""}`,
    data: marksOf(surface, block, spec),
    "aria-label": spec.accessibility_label,
    on: { click: (event) => pressButton(surface, block, spec, event) },
  };
  if (spec.url && WEB_LINK.test(spec.url)) return linkButton(spec, props);
  return el("button", { type: "button", ...props }, plainNodes(spec.text?.text));
}

function linkButton(spec, props) {
  const link = { ...props, href: spec.url, target: "_blank", rel: "noopener noreferrer" };
  return el("a", link, plainNodes(spec.text?.text), icon("external"));
}

async function pressButton(surface, block, spec, event) {
  const node = event.currentTarget;
  if (node.getAttribute("aria-busy") === "true") return;
  if (spec.confirm) event.preventDefault();
  if (!(await confirmed(surface, spec))) return;
  if (spec.confirm && node.href) window.open(node.href, "_blank", "noopener");
  const action = { type: "button", value: spec.value, text: spec.text };
  await sendAction(surface, block, spec, action, node);
}

function overflow(surface, block, spec) {
  const open = (event) => openOverflow(surface, block, spec, event.currentTarget);
  return el("button", {
    class: "button overflow",
    type: "button",
    "aria-label": "More actions",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    data: marksOf(surface, block, spec),
    on: { click: open },
  }, icon("more"));
}

function openOverflow(surface, block, spec, anchor) {
  const options = spec.options.map((option, index) => menuEntry(option, String(index)));
  const onChoose = (key) => chooseOverflow(surface, block, spec, spec.options[Number(key)], anchor);
  openMenu({ anchor, label: "More actions", kind: "menu", groups: [{ options }], onChoose });
}

function menuEntry(option, key) {
  return { key, label: option.text.text, hint: option.description?.text, url: option.url };
}

async function chooseOverflow(surface, block, spec, option, anchor) {
  if (!(await confirmed(surface, spec))) return;
  if (option.url && WEB_LINK.test(option.url)) window.open(option.url, "_blank", "noopener");
  await sendAction(surface, block, spec, { type: "overflow", selected_option: option }, anchor);
}

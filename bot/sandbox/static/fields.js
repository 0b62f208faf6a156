/** Text, number and date fields, checkboxes and radio buttons. */

import { el, uniqueId } from "./dom.js";
import { textNodes } from "./formatted.js";
import { changeValue, confirmed, keepValue, marksOf, sendAction, valueOf } from "./surface.js";
import { payloadOf } from "./values.js";

const TEXT_TYPES = { plain_text_input: "text", number_input: "text", email_text_input: "email", url_text_input: "url" };
const DATE_TYPES = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
const LONGEST = 3000;

/** A field to type in, of one line or several. */
export function textField(surface, block, spec, labels = {}) {
  const props = {
    class: "field",
    value: valueOf(surface, block, spec) ?? "",
    placeholder: spec.placeholder?.text,
    maxlength: spec.max_length ?? LONGEST,
    autocomplete: "off",
    ...namesOf(spec, labels),
    data: marksOf(surface, block, spec),
  };
  const type = TEXT_TYPES[spec.type];
  const field = spec.multiline ? el("textarea", { rows: 4, ...props }) : el("input", { type, ...props });
  if (spec.type === "number_input") field.inputMode = spec.is_decimal_allowed ? "decimal" : "numeric";
  field.addEventListener("input", () => typed(surface, block, spec, field));
  field.addEventListener("keydown", (event) => enterPressed(surface, block, spec, event));
  return spec.max_length ? withCounter(field, spec.max_length) : field;
}

function namesOf(spec, labels) {
  return labels["aria-labelledby"] ? labels : { "aria-label": spec.placeholder?.text ?? spec.action_id, ...labels };
}

function withCounter(field, most) {
  const counter = el("span", { class: "counter", id: uniqueId("counter") });
  const count = () => {
    counter.textContent = `${field.value.length} of ${most}`;
  };
  field.addEventListener("input", count);
  count();
  const described = [field.getAttribute("aria-describedby"), counter.id].filter(Boolean).join(" ");
  field.setAttribute("aria-describedby", described);
  return el("div", { class: "counted" }, field, counter);
}

function triggersOf(block, spec) {
  if (block.type === "input" && !block.dispatch_action) return [];
  return spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
}

function typed(surface, block, spec, field) {
  keepValue(surface, block, spec, field.value || null);
  if (triggersOf(block, spec).includes("on_character_entered")) sendText(surface, block, spec, field);
}

function enterPressed(surface, block, spec, event) {
  const isLineBreak = spec.multiline && !event.ctrlKey;
  if (event.key !== "Enter" || event.isComposing || isLineBreak) return;
  if (!triggersOf(block, spec).includes("on_enter_pressed")) return;
  event.preventDefault();
  sendText(surface, block, spec, event.currentTarget);
}

function sendText(surface, block, spec, field) {
  return sendAction(surface, block, spec, payloadOf(spec, field.value || null), field);
}

/** A date, a time, or both, as the browser's own field. */
export function dateField(surface, block, spec, labels = {}) {
  const field = el("input", {
    class: "field date",
    type: DATE_TYPES[spec.type],
    value: shownDate(spec, valueOf(surface, block, spec)),
    ...namesOf(spec, labels),
    data: marksOf(surface, block, spec),
  });
  field.addEventListener("change", async () => {
    if (await confirmed(surface, spec)) await changeValue(surface, block, spec, storedDate(spec, field.value), field);
  });
  return field;
}

function shownDate(spec, value) {
  if (spec.type !== "datetimepicker" || value === null) return value ?? "";
  const date = new Date(value * 1000);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function storedDate(spec, text) {
  if (!text) return null;
  return spec.type === "datetimepicker" ? Math.round(new Date(text).getTime() / 1000) : text;
}

/** A list of options of which any number can be ticked. */
export function checkboxes(surface, block, spec, labels = {}) {
  const read = (boxes) => spec.options.filter((_, index) => boxes[index].checked);
  return optionList(surface, block, spec, { labels, type: "checkbox", read });
}

/** A list of options of which one can be chosen. */
export function radioButtons(surface, block, spec, labels = {}) {
  const read = (boxes) => spec.options.find((_, index) => boxes[index].checked) ?? null;
  return optionList(surface, block, spec, { labels, type: "radio", read });
}

function optionList(surface, block, spec, { labels, type, read }) {
  const chosen = chosenValues(surface, block, spec);
  const name = uniqueId("options");
  const { actionId, blockId } = marksOf(surface, block, spec);
  const role = type === "radio" ? "radiogroup" : "group";
  const list = el("div", { class: "options", role, ...namesOf(spec, labels), data: { actionId, blockId } });
  const boxes = spec.options.map((option, index) => {
    const { focusKey } = marksOf(surface, block, spec, index);
    return el("input", { type, name, value: option.value, checked: chosen.has(option.value), data: { focusKey } });
  });
  list.append(...spec.options.map((option, index) => optionLabel(boxes[index], option, surface.session)));
  list.addEventListener("change", () => picked(surface, block, spec, { list, boxes, read }));
  return list;
}

function optionLabel(box, option, session) {
  const hint = option.description && el("span", { class: "option-hint" }, textNodes(option.description, session));
  return el("label", { class: "option" }, box, el("span", {}, textNodes(option.text, session), hint));
}

function chosenValues(surface, block, spec) {
  return new Set([valueOf(surface, block, spec) ?? []].flat().map((option) => option.value));
}

async function picked(surface, block, spec, { list, boxes, read }) {
  const before = chosenValues(surface, block, spec);
  if (await confirmed(surface, spec)) {
    await changeValue(surface, block, spec, read(boxes), list);
    return;
  }
  for (const box of boxes) box.checked = before.has(box.value);
}

/** Selects of every kind: static, people, conversations and channels, single and multiple. */

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { nameOf } from "./session.js";
import { changeValue, confirmed, marksOf, valueOf } from "./surface.js";
import { isEmpty } from "./values.js";

/** A select; the text on it is what is chosen, its accessible name the label or the placeholder. */
export function select(surface, block, spec, labels = {}) {
  const choices = choicesOf(surface.session, spec);
  const words = el("span", { class: "select-words" });
  const node = el("button", {
    class: "select",
    type: "button",
    role: "combobox",
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    "aria-label": labels["aria-labelledby"] ? null : placeholderOf(spec),
    ...labels,
    data: marksOf(surface, block, spec),
  }, words, icon("chevron"));
  const current = { surface, block, spec, choices, node, words };
  node.addEventListener("click", () => openChoices(current));
  node.addEventListener("keydown", (event) => openByKey(event, current));
  showChosen(current);
  return node;
}

function isMultiple(spec) {
  return spec.type.startsWith("multi_");
}

function placeholderOf(spec) {
  return spec.placeholder?.text ?? "Choose";
}

/** Groups of options, and how a stored value and an option's key turn into each other. */
function choicesOf(session, spec) {
  if (spec.type.endsWith("static_select")) return staticChoices(spec);
  const options = spec.type.endsWith("users_select") ? peopleOptions(session) : channelOptions(session, spec);
  return { groups: [{ options }], keyOf: (value) => value, valueOf: (key) => key };
}

function staticChoices(spec) {
  const groups = (spec.option_groups ?? [{ options: spec.options ?? [] }]).map((group) => ({
    label: group.label?.text,
    options: group.options.map(staticChoice),
  }));
  const byKey = new Map(groups.flatMap((group) => group.options).map((choice) => [choice.key, choice.option]));
  return { groups, keyOf: (option) => option.value, valueOf: (key) => byKey.get(key) };
}

function staticChoice(option) {
  return { key: option.value, label: option.text.text, hint: option.description?.text, option };
}

function peopleOptions(session) {
  return Object.values(session.state.users)
    .filter((person) => !person.is_bot)
    .map((person) => ({ key: person.id, label: nameOf(person), hint: person.title }));
}

function channelOptions(session, spec) {
  const kinds = spec.type.endsWith("conversations_select") ? ["channel", "private", "im"] : ["channel"];
  const words = (channel) => (channel.kind === "im" ? session.titleOf(channel) : `#${channel.name}`);
  return session.state.channels
    .filter((channel) => kinds.includes(channel.kind) && !channel.archived)
    .map((channel) => ({ key: channel.id, label: words(channel) }));
}

function chosenKeys({ surface, block, spec, choices }) {
  const value = valueOf(surface, block, spec);
  if (isEmpty(value)) return [];
  return [value].flat().map(choices.keyOf);
}

function showChosen(current) {
  const { choices, spec, words, node } = current;
  const labels = new Map(choices.groups.flatMap((group) => group.options).map((option) => [option.key, option.label]));
  const chosen = chosenKeys(current).map((key) => labels.get(key) ?? key);
  words.textContent = chosen.join(", ") || placeholderOf(spec);
  node.classList.toggle("empty", chosen.length === 0);
}

function openByKey(event, current) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  openChoices(current);
}

function openChoices(current) {
  const { node, choices, spec } = current;
  const before = chosenKeys(current);
  const common = { anchor: node, label: placeholderOf(spec), groups: choices.groups, selected: before };
  if (!isMultiple(spec)) {
    openMenu({ ...common, onChoose: (key) => choose(current, choices.valueOf(key)) });
    return;
  }
  const done = (keys) => keys.join() !== before.join() && choose(current, keys.map(choices.valueOf));
  openMenu({ ...common, multiple: true, onClose: (keys) => done(limit(keys, spec)) });
}

function limit(keys, spec) {
  return spec.max_selected_items ? keys.slice(0, spec.max_selected_items) : keys;
}

async function choose(current, value) {
  const { surface, block, spec, node } = current;
  if (!(await confirmed(surface, spec))) return;
  const sent = changeValue(surface, block, spec, value, node);
  showChosen(current);
  await sent;
}

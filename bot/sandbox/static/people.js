/** People: their pictures (initials on their colour) and the switcher of who one acts as. */

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { nameOf } from "./session.js";

/** The picture of a user; the app has a sign instead of initials. */
export function avatar(person, size = "") {
  const content = person.is_bot ? icon("flow") : initials(nameOf(person));
  const kind = person.is_bot ? "avatar-bot" : "";
  const node = el("span", { class: `avatar ${size} ${kind}`, "aria-hidden": "true" }, content);
  if (!person.is_bot) paint(node, person.color);
  return node;
}

function initials(name) {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...word][0] ?? "").join("").toUpperCase();
}

function paint(node, color) {
  const hex = /^#?([0-9a-f]{6})$/i.exec(color ?? "")?.[1] ?? "6b7280";
  node.style.backgroundColor = `#${hex}`;
  node.style.color = isBright(hex) ? "#111827" : "#ffffff";
}

/** Whether dark letters stand out better than white ones: relative luminance by WCAG 2. */
function isBright(hex) {
  const [red, green, blue] = [0, 2, 4].map((at) => linear(parseInt(hex.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}

function linear(channel) {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

/** What a person is, in a few words: title, and whether an admin. */
function roleOf(person) {
  return [person.title, person.is_admin ? "Admin" : ""].filter(Boolean).join(" · ");
}

/** The button that shows who one acts as, and lists the others; `onSwitch` gets the id of the chosen person. */
export function personSwitcher(session, onSwitch) {
  const { me } = session.state;
  const words = el("span", { class: "switch-words" }, [
    el("span", { class: "switch-label" }, "Acting as"),
    el("strong", {}, nameOf(me)),
    el("span", { class: "switch-title" }, roleOf(me)),
  ]);
  return el("button", {
    class: "switch",
    type: "button",
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
    data: { testid: "acting-as", focusKey: "acting-as" },
    on: { click: (event) => listPeople(session, event.currentTarget, onSwitch) },
  }, avatar(me), words, icon("switch"));
}

function listPeople(session, anchor, onSwitch) {
  const { people, me } = session.state;
  const options = people.map((person) => ({ key: person.id, label: nameOf(person), hint: roleOf(person) }));
  openMenu({ anchor, label: "Act as", groups: [{ options }], selected: [me.id], onChoose: onSwitch });
}

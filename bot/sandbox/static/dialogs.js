/** Dialogs of the page itself: questions, large pictures, help. Modals of the bot are in modals.js. */

import { iconButton } from "./controls.js";
import { el, uniqueId } from "./dom.js";
import { rememberFocus } from "./focus.js";
import { icon } from "./icons.js";

/**
 * Opens a dialog and resolves to the value of the button that closed it; "" when it was dismissed.
 * `buttons` are `{value, label, style}`; the first is the one that Enter presses.
 */
function openDialog({ title, body, buttons = [], className = "", role = "dialog" }) {
  const restore = rememberFocus();
  const dialog = dialogShell({ title, className, role });
  dialog.querySelector(".dialog-body").append(...[body].flat());
  if (buttons.length) dialog.append(footer(dialog, buttons));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      restore();
      resolve(dialog.returnValue);
    });
  });
}

function dialogShell({ title, className, role }) {
  const id = uniqueId("dialog-title");
  const props = { class: `dialog ${className}`, role, "aria-labelledby": id, "aria-modal": "true" };
  const dialog = el("dialog", props);
  const close = iconButton({ name: "close", label: "Close", act: () => dialog.close("") });
  dialog.append(el("header", { class: "dialog-head" }, el("h2", { id }, title), close));
  dialog.append(el("div", { class: "dialog-body" }));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
  return dialog;
}

function footer(dialog, buttons) {
  const [first] = buttons;
  const ordered = buttons.toReversed();
  return el("footer", { class: "dialog-foot" }, ordered.map((button) => footButton(dialog, button, button === first)));
}

function footButton(dialog, { value, label, style }, isFirst) {
  const click = () => dialog.close(value);
  return el("button", { class: `button ${style ?? ""}`, type: "button", autofocus: isFirst, on: { click } }, label);
}

/** Asks before something is done, in the words of a Block Kit confirmation object; true when confirmed. */
export async function askConfirm(confirm, textOf) {
  const value = await openDialog({
    title: textOf(confirm.title),
    body: el("div", { class: "mrkdwn" }, textOf(confirm.text)),
    role: "alertdialog",
    className: "small",
    buttons: [
      { value: "confirm", label: confirm.confirm ? textOf(confirm.confirm) : "Yes", style: confirm.style ?? "primary" },
      { value: "", label: confirm.deny ? textOf(confirm.deny) : "Cancel" },
    ],
  });
  return value === "confirm";
}

/** Shows a picture as large as the window allows, with its description. */
export function showLarge(url, alt) {
  const away = { href: url, target: "_blank", rel: "noopener noreferrer" };
  const original = el("a", away, "Open the original", icon("external"));
  const body = [el("img", { src: url, alt }), el("p", { class: "large-alt" }, alt, " ", original)];
  return openDialog({ title: "Picture", body, className: "large" });
}

const KEYS = [
  ["Enter", "Send the message"],
  ["Shift + Enter", "Start a new line"],
  ["/", "At the start of a message: list the commands; arrows choose, Tab or Enter takes, Escape closes"],
  ["Alt + ↑ / ↓", "Go to the channel above or below"],
  ["↑ / ↓", "On a message: go to the message above or below; Tab reaches its buttons and tools"],
  ["Ctrl + Enter", "Submit the open modal"],
  ["Escape", "Close the modal, the menu, the thread or the developer panel"],
  ["?", "Show these keys"],
];

/** Lists the keys of the page. */
export function showHelp() {
  const rows = KEYS.map(([keys, words]) => [el("dt", {}, el("kbd", {}, keys)), el("dd", {}, words)]);
  return openDialog({ title: "Keys", body: el("dl", { class: "keys" }, rows), className: "small" });
}

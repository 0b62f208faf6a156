/** The tools of a message: reactions, reply in thread, and what else can be done with it. */

import { iconButton } from "./controls.js";
import { el } from "./dom.js";
import { REACTIONS, emojiOf } from "./emoji.js";
import { openMenu } from "./menu.js";
import { channelPlace } from "./places.js";
import { showFailure } from "./surface.js";

const DELETE = "delete";
const SHORTCUT = "shortcut:";

/** The toolbar of a message, for pointer and keyboard; an ephemeral message can only be dismissed. */
export function messageTools(context) {
  const { message, inThread } = context;
  if (message.ephemeral) return null;
  return el("div", { class: "tools", role: "toolbar", "aria-label": "Message tools" }, [
    tool(context, { name: "smile", label: "Add a reaction", act: chooseReaction, popup: "listbox" }),
    inThread ? null : tool(context, { name: "reply", label: "Reply in thread", act: openThread }),
    tool(context, { name: "more", label: "More message actions", act: listActions, popup: "menu" }),
  ]);
}

function tool(context, { name, label, act, popup }) {
  const click = (event) => act(context, event.currentTarget);
  return iconButton({ name, label, act: click, popup, focusKey: `${context.scope}/${name}` });
}

function chooseReaction(context, anchor) {
  const options = REACTIONS.map((name) => ({ key: name, label: `${emojiOf(name)}  ${name}` }));
  openMenu({ anchor, label: "Reactions", groups: [{ options }], onChoose: (name) => react(context, name) });
}

/** Adds the person's reaction to a message, or takes it back. */
export async function react({ session, message, channel, scope }, name) {
  const users = message.reactions.find((reaction) => reaction.name === name)?.users ?? [];
  const remove = users.includes(session.state.me.id);
  const answer = await session.act({ do: "react", channel: channel.id, ts: message.ts, name, remove });
  if (!answer.ok) showFailure(scope, answer.error);
}

/** Opens the thread of a message beside the channel. */
export function openThread({ session, message, channel }) {
  session.go(channelPlace(channel.id, message.thread_ts ?? message.ts));
}

function listActions(context, anchor) {
  const { message_shortcuts: shortcuts, app } = context.session.state;
  const options = shortcuts.map(({ callback_id: id, name }) => ({ key: SHORTCUT + id, label: name, hint: app.name }));
  const remove = { key: DELETE, label: "Delete message", style: "danger" };
  const groups = [{ label: "Shortcuts", options }, { options: [remove] }];
  openMenu({ anchor, label: "Message actions", kind: "menu", groups, onChoose: (key) => doAction(context, key) });
}

async function doAction(context, key) {
  const { session, message, channel, scope } = context;
  const target = { channel: channel.id, ts: message.ts };
  const shortcut = { do: "message_shortcut", callback_id: key.slice(SHORTCUT.length) };
  const request = key === DELETE ? { do: "delete_message" } : shortcut;
  const answer = await session.act({ ...request, ...target });
  if (!answer.ok) showFailure(scope, answer.error);
}

/** Takes an ephemeral message off the person's screen. */
export function dismiss(context) {
  return doAction(context, DELETE);
}

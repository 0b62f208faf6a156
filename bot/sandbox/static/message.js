/** One message: who, when, what, and what came of it (reactions, replies). */

import { blockNodes } from "./blocks.js";
import { textButton } from "./controls.js";
import { clock, formatSlackDate, fullMoment, momentOf } from "./dates.js";
import { el } from "./dom.js";
import { emojiNode, mrkdwnNodes } from "./formatted.js";
import { icon } from "./icons.js";
import { figure } from "./images.js";
import { dismiss, messageTools, openThread, react } from "./message-tools.js";
import { avatar } from "./people.js";
import { nameOf } from "./session.js";
import { createSurface } from "./surface.js";

const MOST_FACES = 4;

/**
 * A message as a list item. `isCompact` leaves out the author, who is that of the message above; `inThread` tells the
 * thread pane from the channel; `replies` are the messages of its thread.
 */
export function messageItem(session, message, { channel, isCompact, inThread, replies }) {
  const context = { session, message, channel, inThread, replies, scope: `${channel.id}/${message.ts}` };
  const author = session.person(message.user);
  const gutter = el("div", { class: "gutter" }, isCompact ? timeOf(message) : avatar(author));
  return el("li", {
    class: ["message", isCompact ? "compact" : "", message.ephemeral ? "ephemeral" : ""].join(" "),
    tabindex: "-1",
    "aria-label": `${nameOf(author)}, ${clock(momentOf(message.ts))}`,
    data: { ts: message.ts, focusKey: context.scope },
  }, gutter, body(context, author, isCompact), messageTools(context));
}

function body(context, author, isCompact) {
  return el("div", { class: "message-body", data: { surface: context.scope } }, [
    context.message.ephemeral ? ephemeralNote(context) : null,
    isCompact ? null : headLine(context.message, author),
    broadcastNote(context),
    content(context),
    attachedFiles(context.message),
    reactions(context),
    repliesLine(context),
  ]);
}

function timeOf(message) {
  const moment = momentOf(message.ts);
  return el("time", { datetime: moment.toISOString(), title: fullMoment(moment, new Date()) }, clock(moment));
}

function headLine(message, author) {
  const badge = author.is_bot ? el("span", { class: "badge" }, "APP") : null;
  const name = el("strong", { class: "author" }, nameOf(author));
  return el("div", { class: "message-head" }, name, badge, timeOf(message));
}

function ephemeralNote(context) {
  const forget = textButton("Dismiss", () => dismiss(context), `${context.scope}/dismiss`);
  return el("div", { class: "only-you" }, icon("eye"), "Only visible to you", forget);
}

function broadcastNote({ message, inThread, ...context }) {
  if (inThread || !message.thread_ts || message.thread_ts === message.ts) return null;
  const open = () => openThread({ message, ...context });
  return el("div", { class: "broadcast" }, "Replied to ", textButton("a thread", open));
}

function content({ session, message, channel, scope }) {
  const edited = message.edited ? el("span", { class: "edited" }, "(edited)") : null;
  if (!message.blocks?.length) {
    return el("div", { class: "mrkdwn message-text" }, mrkdwnNodes(message.text, session), edited ? " " : null, edited);
  }
  const target = { channel: channel.id, ts: message.ts };
  const surface = createSurface(session, { scope, target, blocks: message.blocks });
  return [el("div", { class: "blocks" }, blockNodes(surface)), edited];
}

function attachedFiles(message) {
  return message.files?.map((file) => (file.mimetype.startsWith("image/") ? imageFile(file) : otherFile(file)));
}

function imageFile(file) {
  return figure({ url: file.url, alt: file.alt_text || file.title || file.name, title: file.title || file.name });
}

function otherFile(file) {
  const away = { class: "file", href: file.url, target: "_blank", rel: "noopener noreferrer" };
  return el("a", away, icon("file"), el("span", {}, file.title || file.name));
}

function reactions(context) {
  const { message } = context;
  if (!message.reactions?.length) return null;
  return el("div", { class: "reactions" }, message.reactions.map((reaction) => reactionChip(context, reaction)));
}

function reactionChip(context, { name, users }) {
  const { session } = context;
  const names = users.map((id) => nameOf(session.person(id))).join(", ");
  return el("button", {
    class: "reaction",
    type: "button",
    title: names,
    "aria-label": `${name}, ${users.length}: ${names}`,
    "aria-pressed": String(users.includes(session.state.me.id)),
    data: { focusKey: `${context.scope}/reaction/${name}` },
    on: { click: () => react(context, name) },
  }, emojiNode(name), el("span", {}, users.length));
}

function repliesLine(context) {
  const { message, replies, inThread, session } = context;
  if (inThread || !message.reply_count) return null;
  const authors = [...new Set(replies.map((reply) => reply.user))].slice(0, MOST_FACES);
  const faces = authors.map((id) => avatar(session.person(id), "tiny"));
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  const last = replies.length ? el("span", { class: "last-reply" }, `Last reply ${whenLast(replies.at(-1))}`) : null;
  const data = { focusKey: `${context.scope}/replies` };
  const click = () => openThread(context);
  return el("button", { class: "replies", type: "button", data, on: { click } }, faces, el("strong", {}, count), last);
}

function whenLast(reply) {
  return formatSlackDate(reply.ts, "{date_short_pretty} at {time}", new Date());
}

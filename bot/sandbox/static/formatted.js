/** Text objects as elements: mrkdwn, plain text with emoji, mentions and dates. */

import { formatSlackDate } from "./dates.js";
import { el } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { parseEmoji, parseMrkdwn } from "./mrkdwn.js";
import { nameOf } from "./session.js";

const SAFE_LINK = /^(https?|mailto|tel|slack):/i;

/** A text object (`mrkdwn` or `plain_text`) as nodes; nothing for null. */
export function textNodes(object, session) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwnNodes(object.text, session) : plainNodes(object.text);
}

/** Plain text with its emoji drawn. */
export function plainNodes(text) {
  return parseEmoji(text ?? "").map(inlineNode);
}

/** A mrkdwn text as nodes. */
export function mrkdwnNodes(text, session) {
  const parts = parseMrkdwn(text ?? "");
  return parts.flatMap((part, index) => {
    const nodes = partNodes(part, session);
    const breaks = part.kind === "line" && parts[index + 1]?.kind === "line";
    return breaks ? [...nodes, "\n"] : nodes;
  });
}

/** A link that is only a link where its address is safe to follow. */
export function link(url, ...children) {
  if (!SAFE_LINK.test(url)) return el("span", {}, children);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);
}

/** A person as a mention pill. */
export function userPill(id, session) {
  const isMe = id === session.state.me.id;
  return el("span", { class: isMe ? "pill pill-me" : "pill", data: { user: id } }, `@${nameOf(session.person(id))}`);
}

/** A channel as a pill that leads there. */
export function channelPill(id, label, session) {
  const channel = session.channel(id);
  if (!channel) return el("span", { class: "pill" }, `#${label ?? id}`);
  return el("a", { class: "pill", href: `/c/${encodeURIComponent(id)}` }, `#${session.titleOf(channel)}`);
}

/** @here, @channel or @everyone. */
export function broadcastPill(name, label = null) {
  const shown = label ?? `@${name.split("^")[0]}`;
  return el("span", { class: "pill pill-me" }, shown.startsWith("@") ? shown : `@${shown}`);
}

/** A moment, worded by a Slack date template, in the browser's zone. */
export function dateNode({ seconds, template, url, fallback }) {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return fallback ?? "";
  const words = formatSlackDate(seconds, template, new Date());
  const time = el("time", { datetime: date.toISOString(), title: date.toLocaleString() }, words);
  return url ? link(url, time) : time;
}

/** An emoji, or its name between colons where the sandbox has no picture for it. */
export function emojiNode(name) {
  const character = emojiOf(name);
  return character ? el("span", { class: "emoji", role: "img", "aria-label": name }, character) : `:${name}:`;
}

function partNodes(part, session) {
  if (part.kind === "pre") return [el("pre", {}, el("code", {}, part.text))];
  if (part.kind === "quote") return [el("blockquote", {}, quoteLines(part.lines, session))];
  if (part.kind === "item") return [itemLine(part, session)];
  return inlineNodes(part.nodes, session);
}

function quoteLines(lines, session) {
  return lines.flatMap((nodes, index) => [index ? "\n" : null, ...inlineNodes(nodes, session)]);
}

function itemLine({ indent, marker, nodes }, session) {
  const line = el("div", { class: "item" }, el("span", { class: "marker" }, `${marker} `), inlineSpan(nodes, session));
  line.style.setProperty("--indent", indent);
  return line;
}

function inlineSpan(nodes, session) {
  return el("span", {}, inlineNodes(nodes, session));
}

function inlineNodes(nodes, session) {
  return nodes.map((node) => inlineNode(node, session));
}

const INLINE = {
  text: (node) => node.text,
  code: (node) => el("code", {}, node.text),
  emoji: (node) => emojiNode(node.name),
  bold: (node, session) => el("strong", {}, inlineNodes(node.children, session)),
  italic: (node, session) => el("em", {}, inlineNodes(node.children, session)),
  strike: (node, session) => el("s", {}, inlineNodes(node.children, session)),
  user: (node, session) => userPill(node.id, session),
  channel: (node, session) => channelPill(node.id, node.label, session),
  broadcast: (node) => broadcastPill(node.name, node.label),
  date: (node) => dateNode(node),
  link: (node) => link(node.url, node.label ?? node.url),
};

function inlineNode(node, session) {
  return INLINE[node.kind](node, session);
}

/** The rich_text block: sections, lists, quotes and preformatted text. */

import { el } from "./dom.js";
import { broadcastPill, channelPill, dateNode, emojiNode, link, userPill } from "./formatted.js";
import { unknownBox } from "./unknown.js";

const STYLE_TAGS = [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"]];
const NUMBERING = ["1", "a", "i"];

/** The content of a rich_text block. */
export function richText(block, session) {
  return joinLists(block.elements ?? []).map((group) => groupNode(group, session));
}

const PARTS = {
  rich_text_section: (part, session) => el("div", { class: "mrkdwn" }, inlines(part, session)),
  rich_text_quote: (part, session) => el("blockquote", {}, inlines(part, session)),
  rich_text_preformatted: (part, session) => el("pre", {}, el("code", {}, inlines(part, session))),
};

const INLINE = {
  text: (node) => node.text,
  link: (node) => link(node.url, node.text || node.url),
  emoji: (node) => emojiNode(node.name),
  user: (node, session) => userPill(node.user_id, session),
  usergroup: (node) => broadcastPill(node.usergroup_id),
  channel: (node, session) => channelPill(node.channel_id, null, session),
  broadcast: (node) => broadcastPill(node.range),
  date: (node) => dateNode({ seconds: node.timestamp, template: node.format, url: node.url, fallback: node.fallback }),
  color: (node) => el("code", {}, node.value),
};

/** Runs of rich_text_list become one group: Slack nests lists by `indent`, not by containment. */
function joinLists(elements) {
  const groups = [];
  for (const part of elements) {
    const last = groups.at(-1);
    if (part.type === "rich_text_list" && Array.isArray(last)) last.push(part);
    else groups.push(part.type === "rich_text_list" ? [part] : part);
  }
  return groups;
}

function groupNode(group, session) {
  if (Array.isArray(group)) return nestedLists(group, session);
  return PARTS[group.type]?.(group, session) ?? unknownBox("rich text part", group.type);
}

function nestedLists(lists, session) {
  const root = el("div", { class: "mrkdwn lists" });
  const stack = [{ indent: -1, node: root }];
  for (const list of lists) {
    const indent = list.indent ?? 0;
    while (stack.at(-1).indent >= indent) stack.pop();
    const node = listNode(list, indent, session);
    const parent = stack.at(-1).node;
    (parent === root ? root : (parent.lastElementChild ?? parent)).append(node);
    stack.push({ indent, node });
  }
  return root;
}

function listNode(list, indent, session) {
  const items = (list.elements ?? []).map((item) => el("li", {}, inlines(item, session)));
  if (list.style !== "ordered") return el("ul", {}, items);
  return el("ol", { type: NUMBERING[indent % NUMBERING.length], start: (list.offset ?? 0) + 1 }, items);
}

function inlines(part, session) {
  return (part.elements ?? []).map((node) => styled(node, session));
}

function styled(node, session) {
  let shown = INLINE[node.type]?.(node, session) ?? unknownBox("rich text element", node.type);
  for (const [style, tag] of STYLE_TAGS) if (node.style?.[style]) shown = el(tag, {}, shown);
  return shown;
}

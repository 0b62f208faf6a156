/** Slack's mrkdwn as a tree of plain objects; nothing here touches the page. */

const FENCE = /```(?:\r?\n)?([\s\S]+?)```/g;
const QUOTE = /^(?:>|&gt;)\s?(.*)$/;
const ITEM = /^(\s*)([•◦▪‣\-–]|\d{1,3}\.)\s+(\S.*)$/u;
const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+):|\bhttps?:\/\/[^\s<>|]+|[*_~]/g;
const SKIPPED = /`[^`\n]+`|<[^<>\n]+>|[*_~]/g;
const STYLES = { "*": "bold", _: "italic", "~": "strike" };
const WORD = /[\p{L}\p{N}]/u;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/**
 * The parts of a text, in order: `{kind: "pre", text}`, `{kind: "quote", lines}`,
 * `{kind: "item", indent, marker, nodes}` and `{kind: "line", nodes}`.
 */
export function parseMrkdwn(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(FENCE)) {
    parts.push(...parseLines(trimBreak(text.slice(end, match.index))));
    parts.push({ kind: "pre", text: unescapeEntities(match[1].replace(/\n$/, "")) });
    end = match.index + match[0].length;
  }
  const rest = text.slice(end);
  return [...parts, ...parseLines(end ? rest.replace(/^\n/, "") : rest)];
}

/** The text with Slack's three entities turned back into characters. */
function unescapeEntities(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** Text and emoji of a plain_text, as nodes `{kind: "text"}` and `{kind: "emoji", name}`. */
export function parseEmoji(text) {
  return text
    .split(/(:[a-z0-9_+'-]+:)/)
    .filter(Boolean)
    .map((part) => (/^:.+:$/.test(part) ? { kind: "emoji", name: part.slice(1, -1) } : { kind: "text", text: part }));
}

function trimBreak(text) {
  return text.replace(/\n$/, "");
}

function parseLines(text) {
  if (!text) return [];
  const parts = [];
  for (const line of text.split("\n")) {
    const quote = QUOTE.exec(line);
    const last = parts.at(-1);
    if (quote && last?.kind === "quote") last.lines.push(parseInline(quote[1]));
    else if (quote) parts.push({ kind: "quote", lines: [parseInline(quote[1])] });
    else parts.push(parseLine(line));
  }
  return parts;
}

function parseLine(line) {
  const item = ITEM.exec(line);
  if (!item) return { kind: "line", nodes: parseInline(line) };
  return { kind: "item", indent: item[1].length, marker: item[2], nodes: parseInline(item[3]) };
}

/** The inline nodes of one line: text, code, emoji, links and mentions, and styled runs with `children`. */
function parseInline(text) {
  const nodes = [];
  const scanner = new RegExp(TOKEN);
  let end = 0;
  for (let match = scanner.exec(text); match; match = scanner.exec(text)) {
    const token = readToken(text, match);
    if (!token) continue;
    pushText(nodes, text.slice(end, match.index));
    nodes.push(token.node);
    end = token.end;
    scanner.lastIndex = end;
  }
  pushText(nodes, text.slice(end));
  return nodes;
}

function pushText(nodes, text) {
  if (text) nodes.push({ kind: "text", text: unescapeEntities(text) });
}

function readToken(text, match) {
  const [whole, code, angle, emoji] = match;
  const end = match.index + whole.length;
  if (code !== undefined) return { node: { kind: "code", text: unescapeEntities(code) }, end };
  if (angle !== undefined) return { node: parseAngle(angle), end };
  if (emoji !== undefined) return { node: { kind: "emoji", name: emoji }, end };
  if (whole in STYLES) return readStyled(text, match.index);
  return readBareLink(whole, match.index);
}

function readBareLink(url, start) {
  const trimmed = url.replace(/[.,;:!?)*_~'"]+$/, "");
  return { node: { kind: "link", url: unescapeEntities(trimmed), label: null }, end: start + trimmed.length };
}

function readStyled(text, start) {
  const marker = text[start];
  const close = canOpen(text, start) ? findClose(text, start, marker) : -1;
  if (close < 0) return null;
  return { node: { kind: STYLES[marker], children: parseInline(text.slice(start + 1, close)) }, end: close + 1 };
}

function canOpen(text, start) {
  const before = text[start - 1] ?? " ";
  const after = text[start + 1] ?? " ";
  return !WORD.test(before) && before !== text[start] && !/\s/.test(after) && after !== text[start];
}

function findClose(text, start, marker) {
  const scanner = new RegExp(SKIPPED);
  scanner.lastIndex = start + 1;
  for (let match = scanner.exec(text); match; match = scanner.exec(text)) {
    if (match[0] === marker && canClose(text, match.index)) return match.index;
  }
  return -1;
}

function canClose(text, index) {
  return !/\s/.test(text[index - 1]) && !WORD.test(text[index + 1] ?? " ");
}

function parseAngle(content) {
  const [target, label = null] = splitOnce(content, "|");
  const shown = label === null ? null : unescapeEntities(label);
  if (target.startsWith("@")) return { kind: "user", id: target.slice(1), label: shown };
  if (target.startsWith("#")) return { kind: "channel", id: target.slice(1), label: shown };
  if (target.startsWith("!date^")) return parseDate(target, shown);
  if (target.startsWith("!")) return { kind: "broadcast", name: target.slice(1), label: shown };
  return { kind: "link", url: unescapeEntities(target), label: shown };
}

function parseDate(target, fallback) {
  const [, seconds, template, url = null] = target.split("^");
  return { kind: "date", seconds, template: template ?? "", url, fallback };
}

function splitOnce(text, separator) {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

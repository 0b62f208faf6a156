/** The blocks of Block Kit, by type. */

import { el, uniqueId } from "./dom.js";
import { element } from "./elements.js";
import { plainNodes, textNodes } from "./formatted.js";
import { figure, thumbnail } from "./images.js";
import { reconcile } from "./reconcile.js";
import { richText } from "./rich-text.js";
import { unknownBox } from "./unknown.js";

const BLOCKS = {
  header: (block) => [el("h3", { class: "block-header" }, plainNodes(block.text?.text))],
  divider: () => [el("hr")],
  section,
  context,
  actions: (block, surface) => block.elements.map((spec) => element(surface, block, spec)),
  image: (block) => [figure({ url: block.image_url, alt: block.alt_text, title: plainNodes(block.title?.text) })],
  input,
  rich_text: (block, surface) => richText(block, surface.session),
};

/** All blocks of a surface as new elements. */
export function blockNodes(surface) {
  return surface.blocks.map((block) => blockNode(block, surface));
}

/** Brings the blocks in `node` up to date; those that are the same stay, with what is typed in them. */
export function updateBlocks(node, surface, shared) {
  reconcile(node, surface.blocks.map((block, index) => ({
    key: block.block_id ?? `block-${index}`,
    facts: [block, surface.errors[block.block_id], shared],
    build: () => blockNode(block, surface),
  })));
}

function blockNode(block, surface) {
  const build = BLOCKS[block.type];
  const content = build ? build(block, surface) : [unknownBox("block", block.type)];
  return el("div", { class: `block block-${block.type}`, data: { blockId: block.block_id } }, content);
}

function section(block, surface) {
  const { session } = surface;
  const textBox = (object) => el("div", { class: "mrkdwn" }, textNodes(object, session));
  const text = block.text && textBox(block.text);
  const fields = block.fields && el("div", { class: "fields" }, block.fields.map(textBox));
  const accessory = block.accessory && el("div", { class: "accessory" }, element(surface, block, block.accessory));
  return [el("div", { class: "section-text" }, text, fields), accessory];
}

function context(block, surface) {
  return block.elements.map((part) => {
    if (part.type === "image") return thumbnail(part, "context-image");
    return el("span", { class: "mrkdwn" }, textNodes(part, surface.session));
  });
}

function input(block, surface) {
  const error = surface.errors[block.block_id];
  const id = uniqueId("input");
  const ids = { control: id, label: `${id}-label`, hint: `${id}-hint`, error: `${id}-error` };
  const optional = block.optional && el("span", { class: "optional" }, " (optional)");
  const words = plainNodes(block.label?.text);
  const label = el("label", { class: "label", id: ids.label, for: ids.control }, words, optional);
  const control = element(surface, block, block.element, labelsOf(block, ids, error));
  const hint = block.hint && el("p", { class: "hint", id: ids.hint }, plainNodes(block.hint.text));
  const message = error && el("p", { class: "error", id: ids.error }, error);
  return [label, control, message, hint];
}

function labelsOf(block, ids, error) {
  const described = [error && ids.error, block.hint && ids.hint].filter(Boolean).join(" ");
  return {
    id: ids.control,
    "aria-labelledby": ids.label,
    "aria-describedby": described || null,
    "aria-invalid": error ? "true" : null,
    "aria-required": block.optional ? null : "true",
  };
}

/** Moves the focus to the first field that has an error; false when there is none. */
export function focusFirstError(node) {
  const field = node.querySelector('[aria-invalid="true"]');
  const control = field?.matches(".options") ? field.querySelector("input") : field;
  control?.focus();
  return Boolean(control);
}

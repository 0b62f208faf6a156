/** A surface is one message or view: where its inputs keep their values and where its clicks go. */

import { askConfirm } from "./dialogs.js";
import { el } from "./dom.js";
import { textNodes } from "./formatted.js";
import { payloadOf } from "./values.js";

/**
 * A surface for `blocks`. `scope` names it on this page, `target` in the protocol; `seen` is the input state that the
 * server knows, `errors` are texts by block_id.
 */
export function createSurface(session, { scope, target, blocks, seen = null, errors = {} }) {
  return { session, scope, target, blocks, seen, errors };
}

/** The surface of a view: a modal or a home. */
export function viewSurface(session, view, errors = {}) {
  const { id, blocks, state } = view;
  return createSurface(session, { scope: id, target: { view_id: id }, blocks, seen: state?.values, errors });
}

/** The value of an input now. */
export function valueOf(surface, block, element) {
  return surface.session.values.read(surface.scope, block, element, surface.seen);
}

/** Keeps what the person put in. */
export function keepValue(surface, block, element, value) {
  surface.session.values.write(surface.scope, block, element, value);
}

/** The state of all inputs of the surface. */
export function stateOf(surface) {
  return surface.session.values.collect(surface.scope, surface.blocks, surface.seen);
}

/** Attributes by which tests and the focus find an element. */
export function marksOf(surface, block, element, part = "") {
  return {
    actionId: element.action_id,
    blockId: block.block_id,
    focusKey: [surface.scope, block.block_id, element.action_id, part].join("/"),
  };
}

/** Keeps a new value, and tells the app when the element is one that acts at once. */
export function changeValue(surface, block, element, value, node) {
  keepValue(surface, block, element, value);
  if (block.type !== "input" || block.dispatch_action) {
    return sendAction(surface, block, element, payloadOf(element, value), node);
  }
  return Promise.resolve();
}

/** Asks for confirmation if the element wants it; true when the action may go on. */
export function confirmed(surface, element) {
  if (!element.confirm) return Promise.resolve(true);
  return askConfirm(element.confirm, (object) => textNodes(object, surface.session));
}

/** Sends a block action; `node` shows as busy until the app has answered, a failure is shown under the surface. */
export async function sendAction(surface, block, element, action, node) {
  clearFailures(surface.scope);
  const { block_id, action_id } = { block_id: block.block_id, action_id: element.action_id };
  const state = { values: stateOf(surface) };
  const request = { do: "click", ...surface.target, block_id, action_id, action, state };
  const answer = await whileBusy(node, () => surface.session.act(request));
  if (!answer.ok) showFailure(surface.scope, answer.error);
}

/** Marks a node as busy until the work is done. */
export async function whileBusy(node, work) {
  node.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}

/** Shows, under each place where the surface is drawn, what went wrong. */
export function showFailure(scope, text) {
  clearFailures(scope);
  for (const node of surfaceNodes(scope)) {
    node.append(el("p", { class: "failure", role: "alert", data: { testid: "failure" } }, text));
  }
}

function clearFailures(scope) {
  for (const node of surfaceNodes(scope)) node.querySelector(":scope > .failure")?.remove();
}

function surfaceNodes(scope) {
  return document.querySelectorAll(`[data-surface="${CSS.escape(scope)}"]`);
}

/** Bringing the page up to date while leaving alone what has not changed. */

import { keepingFocus } from "./focus.js";

const signatures = new WeakMap();

/** Rebuilds the content of `node` when `facts` differ (as JSON) from those of the last time. */
export function refresh(node, facts, build) {
  const signature = JSON.stringify(facts);
  if (signatures.get(node) === signature) return;
  signatures.set(node, signature);
  keepingFocus(() => node.replaceChildren(...[build()].flat(Infinity).filter(Boolean)));
}

/**
 * Makes the children of `parent` match `items`, in order: an item is `{key, facts, build}`.
 * A child whose facts are unchanged stays the same element.
 */
export function reconcile(parent, items) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  keepingFocus(() => {
    const wanted = items.map((item) => reuseOrBuild(old.get(item.key), item));
    const keep = new Set(wanted);
    for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
    wanted.forEach((child, index) => place(parent, child, index));
  });
}

function reuseOrBuild(old, { key, facts, build }) {
  const signature = JSON.stringify(facts);
  if (old && signatures.get(old) === signature) return old;
  const node = build();
  node.dataset.key = key;
  signatures.set(node, signature);
  return node;
}

function place(parent, child, index) {
  const current = parent.children[index];
  if (current !== child) parent.insertBefore(child, current ?? null);
}

/** Where the keyboard is, held across re-rendering and across dialogs that come and go. */

const PANE = "[data-pane]";

/**
 * Remembers the focused element and caret; the answer puts the focus back there, to its replacement, or, when there is
 * none, to the pane it was in.
 */
export function rememberFocus() {
  const active = document.activeElement;
  if (!active || active === document.body) return () => {};
  const mark = markOf(active);
  return () => {
    if (document.activeElement === active) return;
    const node = active.isConnected ? active : findMarked(mark);
    node?.focus({ preventScroll: true });
    if (node && node !== active) restoreCaret(node, mark);
  };
}

/** Runs `render` and puts the focus back if the focused element was replaced or moved. */
export function keepingFocus(render) {
  const active = document.activeElement;
  const restore = rememberFocus();
  render();
  if (active && active !== document.body && document.activeElement !== active) restore();
}

function markOf(node) {
  return {
    pane: node.closest(PANE)?.dataset.pane,
    key: node.dataset.focusKey,
    row: node.closest("[data-key]")?.dataset.key,
    caret: caretOf(node),
  };
}

function findMarked({ pane, key, row }) {
  const root = document.querySelector(pane ? `[data-pane="${CSS.escape(pane)}"]` : "body");
  if (!root) return null;
  const byKey = key && root.querySelector(`[data-focus-key="${CSS.escape(key)}"]`);
  const byRow = row && root.querySelector(`[data-key="${CSS.escape(row)}"][tabindex]`);
  return byKey || byRow || root.closest("[tabindex]");
}

function caretOf(node) {
  return "selectionStart" in node ? [node.selectionStart, node.selectionEnd] : null;
}

function restoreCaret(node, { caret }) {
  if (caret?.[0] != null && "setSelectionRange" in node) node.setSelectionRange(...caret);
}

/** Building elements without ever parsing content as HTML. */

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "selected"]);
let lastId = 0;

/** An id that no other element of this page has. */
export function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/**
 * An element with attributes, listeners (`on`), data attributes (`data`) and children.
 * Attributes and children that are null, undefined or false are left out; strings become text.
 */
export function el(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) assign(node, name, value);
  node.append(...children.flat(Infinity).filter(isShown));
  return node;
}

function isShown(child) {
  return child !== null && child !== undefined && child !== false && child !== "";
}

function assign(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") listen(node, value);
  else if (name === "data") for (const [key, item] of Object.entries(value)) setData(node, key, item);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function listen(node, listeners) {
  for (const [event, listener] of Object.entries(listeners)) node.addEventListener(event, listener);
}

function setData(node, key, value) {
  if (value !== null && value !== undefined) node.dataset[key] = value;
}

/** A 20 by 20 line icon out of path data, hidden from screen readers. */
export function svg(paths, className = "icon") {
  const root = document.createElementNS(SVG, "svg");
  root.setAttribute("viewBox", "0 0 20 20");
  root.setAttribute("class", className);
  root.setAttribute("aria-hidden", "true");
  for (const data of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", data);
    root.append(path);
  }
  return root;
}

/** Sets an attribute, or removes it when the value is null, undefined or false. */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "true" : String(value));
}

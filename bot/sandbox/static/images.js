/** Pictures that take their room before they arrive, so that nothing below them jumps. */

import { showLarge } from "./dialogs.js";
import { el } from "./dom.js";

const LEARN_LIMIT_MS = 400;
const UNKNOWN_SIZE = { width: 1600, height: 1000 };
const sizes = new Map();

/** Learns the sizes of all pictures in a state that are new, within a time limit. */
export async function learnSizes(state) {
  const fresh = [...new Set(imageUrls(state))].filter((url) => !sizes.has(url));
  if (fresh.length === 0) return;
  const limit = new Promise((resolve) => setTimeout(resolve, LEARN_LIMIT_MS));
  await Promise.race([Promise.all(fresh.map(learnSize)), limit]);
}

function learnSize(url) {
  const image = new Image();
  return new Promise((resolve) => {
    image.addEventListener("error", resolve);
    image.addEventListener("load", () => {
      sizes.set(url, { width: image.naturalWidth, height: image.naturalHeight });
      resolve();
    });
    image.src = url;
  });
}

function* imageUrls(value) {
  if (value === null || typeof value !== "object") return;
  if (value.image_url) yield value.image_url;
  if (value.mimetype?.startsWith("image/")) yield value.url;
  for (const child of Object.values(value)) yield* imageUrls(child);
}

/** A picture with its title; a click shows it large. */
export function figure({ url, alt, title }) {
  const caption = title ? el("figcaption", {}, title) : null;
  return el("figure", { class: "figure" }, caption, openButton(url, alt));
}

function openButton(url, alt) {
  const show = () => showLarge(url, alt);
  const props = { class: "figure-open", type: "button", title: "Show large", on: { click: show } };
  return el("button", props, sized(url, alt));
}

function sized(url, alt) {
  const { width, height } = sizes.get(url) ?? UNKNOWN_SIZE;
  const fail = (event) => event.target.replaceWith(el("span", { class: "broken" }, `Image not found: ${alt}`));
  const image = el("img", { src: url, alt, width, height, decoding: "async", on: { error: fail } });
  image.style.aspectRatio = `auto ${width} / ${height}`; // its own as soon as it is there
  return image;
}

/** A small picture, as it stands in a context block or beside a section. */
export function thumbnail(element, className) {
  return el("img", { class: className, src: element.image_url, alt: element.alt_text ?? "", title: element.alt_text });
}

/** What is shown in place of something the sandbox cannot draw. */

import { el } from "./dom.js";
import { icon } from "./icons.js";

/** A visible warning that names the type, so that nothing is dropped in silence. */
export function unknownBox(noun, type) {
  const words = `The sandbox cannot show this ${noun}: ${type ?? "no type"}`;
  return el("div", { class: "unknown", role: "note" }, icon("warning"), words);
}

/** What a modal checks before it is submitted, as Slack does on the person's side. */

import { isEmpty } from "./values.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const REQUIRED = "Fill in this field.";

/** Errors by block_id; `valueOf(block, element)` gives what was put in. */
export function problemsIn(blocks, valueOf) {
  const problems = {};
  for (const block of blocks) {
    if (block.type !== "input") continue;
    const problem = problemWith(block, valueOf(block, block.element));
    if (problem) problems[block.block_id] = problem;
  }
  return problems;
}

function problemWith(block, value) {
  if (isEmpty(value)) return block.optional ? null : REQUIRED;
  return CHECKS[block.element.type]?.(block.element, value) ?? null;
}

const CHECKS = {
  plain_text_input: ({ min_length: least }, { length }) => (length < least ? `Write at least ${least} characters.` : null),
  number_input: checkNumber,
  email_text_input: (_, value) => (EMAIL.test(value) ? null : "Enter an email address, such as name@example.com."),
  url_text_input: (_, value) => (URL.canParse(value) ? null : "Enter a whole address, such as https://example.com."),
};

function checkNumber({ is_decimal_allowed: hasDecimals, min_value: least, max_value: most }, value) {
  const number = Number(value);
  if (Number.isNaN(number)) return "Enter a number.";
  if (!hasDecimals && !Number.isInteger(number)) return "Enter a whole number.";
  if (least !== undefined && number < Number(least)) return `Enter ${least} or more.`;
  if (most !== undefined && number > Number(most)) return `Enter ${most} or less.`;
  return null;
}

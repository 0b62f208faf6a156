/** What people have put into the inputs of a message or view, kept across re-rendering. */

/** Of each input type: the field that carries its value, where its initial value is, and its empty value. */
const INPUTS = {
  plain_text_input: { field: "value", initial: "initial_value", empty: null },
  number_input: { field: "value", initial: "initial_value", empty: null },
  email_text_input: { field: "value", initial: "initial_value", empty: null },
  url_text_input: { field: "value", initial: "initial_value", empty: null },
  static_select: { field: "selected_option", initial: "initial_option", empty: null },
  multi_static_select: { field: "selected_options", initial: "initial_options", empty: [] },
  users_select: { field: "selected_user", initial: "initial_user", empty: null },
  multi_users_select: { field: "selected_users", initial: "initial_users", empty: [] },
  conversations_select: { field: "selected_conversation", initial: "initial_conversation", empty: null },
  multi_conversations_select: { field: "selected_conversations", initial: "initial_conversations", empty: [] },
  channels_select: { field: "selected_channel", initial: "initial_channel", empty: null },
  multi_channels_select: { field: "selected_channels", initial: "initial_channels", empty: [] },
  checkboxes: { field: "selected_options", initial: "initial_options", empty: [] },
  radio_buttons: { field: "selected_option", initial: "initial_option", empty: null },
  datepicker: { field: "selected_date", initial: "initial_date", empty: null },
  timepicker: { field: "selected_time", initial: "initial_time", empty: null },
  datetimepicker: { field: "selected_date_time", initial: "initial_date_time", empty: null },
};

/** The elements of a block that people can act on. */
function elementsOf(block) {
  return [...(block.elements ?? []), block.element, block.accessory].filter((element) => element?.action_id);
}

/** An input's state as Slack sends it: its type and its value under the field of that type. */
export function payloadOf(element, value) {
  return { type: element.type, [INPUTS[element.type].field]: value };
}

/** Whether a value counts as not filled in. */
export function isEmpty(value) {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/**
 * Values by scope (a message or view), block_id and action_id. As in Slack, a value outlives updates of its
 * view as long as block_id and action_id stay, even when the update brings another initial value.
 */
export class InputValues {
  #scopes = new Map();

  /** The value now; at first sight that of `seen` (the state the server knows), else the initial one. */
  read(scope, block, element, seen = null) {
    const values = this.#valuesOf(scope);
    const key = keyOf(block.block_id, element.action_id);
    if (!values.has(key)) values.set(key, firstValue(block, element, seen));
    return values.get(key);
  }

  write(scope, block, element, value) {
    this.#valuesOf(scope).set(keyOf(block.block_id, element.action_id), value);
  }

  /** The values of all inputs in `blocks`, in the shape of Slack's `state.values`. */
  collect(scope, blocks, seen = null) {
    const collected = {};
    for (const [block, element] of inputsOf(blocks)) {
      collected[block.block_id] ??= {};
      collected[block.block_id][element.action_id] = payloadOf(element, this.read(scope, block, element, seen));
    }
    return collected;
  }

  /** Forgets the values of inputs that are no longer among `blocks`. */
  keepOnly(scope, blocks) {
    const keys = new Set([...inputsOf(blocks)].map(([block, element]) => keyOf(block.block_id, element.action_id)));
    const values = this.#valuesOf(scope);
    for (const key of [...values.keys()]) if (!keys.has(key)) values.delete(key);
  }

  forget(scope) {
    this.#scopes.delete(scope);
  }

  #valuesOf(scope) {
    if (!this.#scopes.has(scope)) this.#scopes.set(scope, new Map());
    return this.#scopes.get(scope);
  }
}

function* inputsOf(blocks) {
  for (const block of blocks)
    for (const element of elementsOf(block)) if (element.type in INPUTS) yield [block, element];
}

function firstValue(block, element, seen) {
  const { field, initial, empty } = INPUTS[element.type];
  return seen?.[block.block_id]?.[element.action_id]?.[field] ?? element[initial] ?? empty;
}

function keyOf(blockId, actionId) {
  return `${blockId}\n${actionId}`;
}

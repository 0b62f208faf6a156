"""The words in which the linter states Slack's rules: small checks, and ways to put them together.

A check takes a value and the JSON pointer to it and yields what is wrong as (pointer, sentence).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Finding: TypeAlias = tuple[str, str]
Check: TypeAlias = Callable[[Any, str], Iterator[Finding]]


def items(value: Any) -> list[Any]:
    """Return `value` if it is a list, else none: what is wrong with it is said elsewhere."""
    return value if isinstance(value, list) else []


def string(most: int, *, least: int = 1) -> Check:
    """A text of `least` to `most` characters."""

    def check(value: Any, at: str) -> Iterator[Finding]:
        if not isinstance(value, str):
            yield at, "must provide a string"
        elif len(value) > most:
            yield at, f"must be less than {most + 1} characters"
        elif len(value) < least:
            yield at, f"must be more than {least - 1} characters"

    return check


def boolean(value: Any, at: str) -> Iterator[Finding]:
    """Yield a finding unless the value is true or false."""
    if not isinstance(value, bool):
        yield at, "must provide a boolean"


def whole_number(least: int, most: int) -> Check:
    """A whole number from `least` to `most`."""

    def check(value: Any, at: str) -> Iterator[Finding]:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            yield at, f"must be a whole number from {least} to {most}"

    return check


def one_of(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: Any, at: str) -> Iterator[Finding]:
        if value not in allowed:
            yield at, f"must be one of {', '.join(allowed)}"

    return check


def pattern(expression: str, wanted: str) -> Check:
    """A text that matches `expression` from end to end."""
    compiled = re.compile(expression)

    def check(value: Any, at: str) -> Iterator[Finding]:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            yield at, f"must be {wanted}"

    return check


def list_of(item: Check, least: int, most: int) -> Check:
    """A list of `least` to `most` items that each pass `item`."""

    def check(value: Any, at: str) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield at, "must provide an array"
            return
        if len(value) > most:
            yield at, f"no more than {most} items allowed"
        if len(value) < least:
            yield at, f"no fewer than {least} items allowed"
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")

    return check


def fields(required: Mapping[str, Check], optional: Mapping[str, Check], *rules: Check) -> Check:
    """An object with these keys, `type` and no others; `rules` look at it as a whole."""
    known = {**required, **optional}

    def check(value: Any, at: str) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield at, "must provide an object"
            return
        for name in required:
            if name not in value:
                yield at, f"missing required field: {name}"
        for name, each in value.items():
            if name in known:
                yield from known[name](each, f"{at}/{name}")
            elif name != "type":
                yield at, f"no additional properties allowed: {name}"
        for rule in rules:
            yield from rule(value, at)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which check it has to pass."""

    def check(value: Any, at: str) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield at, "must provide an object"
        elif "type" not in value:
            yield at, "missing required field: type"
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            yield f"{at}/type", f"unsupported type: {value['type']}"
        else:
            yield from kinds[value["type"]](value, at)

    return check


def exactly_one(*names: str) -> Check:
    """An object with one and only one of `names`."""

    def check(value: Any, at: str) -> Iterator[Finding]:
        if sum(name in value for name in names) != 1:
            yield at, f"must define exactly one of {' or '.join(names)}"

    return check


def at_least_one(*names: str) -> Check:
    """An object with one of `names` or more."""

    def check(value: Any, at: str) -> Iterator[Finding]:
        if not any(name in value for name in names):
            yield at, f"must define either {' or '.join(names)}"

    return check


def duplicates(pointed: Iterator[tuple[str, Any]], name: str) -> Iterator[Finding]:
    """Yield each (pointer, value) whose value came before."""
    seen: set[str] = set()
    for at, value in pointed:
        if isinstance(value, str) and value in seen:
            yield at, f"duplicate {name}: {value}"
        elif isinstance(value, str):
            seen.add(value)

"""Guidance as a JSON value of a thread's row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.guidance import Check, CheckSource, Guidance, options_of
from bot.domain.spending import Trouble
from bot.domain.trees import Node, NodeKind


def guidance_to_json(guidance: Guidance) -> dict[str, Any]:
    """Without what is not there: most turns have none."""
    values = {
        "asked": _check_to_json(guidance.asked) if guidance.asked else None,
        "suggested": [_check_to_json(check) for check in guidance.suggested],
        "is_waiting": guidance.is_waiting,
        "trouble": guidance.trouble,
        "set_aside": list(guidance.set_aside),
    }
    return {name: value for name, value in values.items() if value}


def guidance_from_json(stored: Mapping[str, Any]) -> Guidance:
    asked, trouble = stored.get("asked"), stored.get("trouble")
    return Guidance(
        asked=_check_from_json(asked) if asked else None,
        suggested=tuple(map(_check_from_json, stored.get("suggested", ()))),
        is_waiting=stored.get("is_waiting", False),
        trouble=Trouble(trouble) if trouble else None,
        set_aside=tuple(stored.get("set_aside", ())),
    )


def _check_to_json(check: Check) -> dict[str, Any]:
    node = check.node
    return {
        "kind": node.kind,
        "text": node.text,
        "help": node.help,
        "expected": node.expected,
        "options": [option.label for option in node.options],
        "source": check.source,
        "hits": check.hits,
        "of": check.of,
    }


def _check_from_json(stored: Mapping[str, Any]) -> Check:
    node = Node(
        kind=NodeKind(stored["kind"]),
        text=stored["text"],
        help=stored["help"],
        expected=stored["expected"],
        options=options_of(stored["options"]),
    )
    source = CheckSource(stored["source"])
    return Check(node=node, source=source, hits=stored["hits"], of=stored["of"])

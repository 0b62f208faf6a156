"""A flow tree on the wire: `root` and `nodes` by id, as `flowpilot flows export --format json` writes them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.domain.trees import NodeKind
from bot.web.api.models import Strict


class Option(Strict):
    """An answer, and the id of the node that it leads to."""

    id: str
    label: str
    next: str


class Evidence(Strict):
    """Step n of the session with this external id, counted from 0; the step after the last is its resolution."""

    session: str
    step: Annotated[int, Field(ge=0)]


class Node(Strict):
    """A question has a `prompt`, an action an `instruction`, a resolution or an escalation a `text`."""

    kind: NodeKind
    prompt: str | None = None
    instruction: str | None = None
    text: str | None = None
    help: str | None = None
    expected: str | None = None
    script: str | None = None
    options: tuple[Option, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Tree(Strict):
    root: str
    nodes: dict[str, Node]

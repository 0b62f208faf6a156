"""Published flows as people look them up: a list, and everything about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.flags import OpenFlag
from bot.domain.flow_use import NO_TREE_USE, TreeUse
from bot.domain.flows import Flow, FlowVersion
from bot.domain.members import Member
from bot.domain.statistics import Rate
from bot.domain.trust import NO_TRUST, Trust

PAGE = 10
"""Flows on one page of a list."""
ARCHIVED = "archived"
"""The word that asks for the flows that are out of use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowUse:
    """Sessions behind a flow (it was learnt from them, or they reinforced it), and sessions that followed it.

    `trust` is what those earned that followed it in Slack.
    """

    behind: int = 0
    followed: int = 0
    ended: int = 0
    resolved: int = 0
    trust: Trust = NO_TRUST

    @property
    def resolution(self) -> Rate:
        """Of the sessions that followed the flow and have ended, how many were resolved."""
        return Rate(self.resolved, self.ended)


NO_USE = FlowUse()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowList:
    """One page (the first is 0) of the flows that the words fit; without words of all of them, by title."""

    words: str
    page: int
    flows: tuple[Flow, ...]
    use: Mapping[int, FlowUse]
    has_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPage:
    """`versions` newest first, with the names of those who published them; `part_of` is the flow that took this one in.

    `steps` is how each step works out, `flags` what is to be mended.
    """

    flow: Flow
    versions: tuple[FlowVersion, ...]
    use: FlowUse = NO_USE
    steps: TreeUse = NO_TREE_USE
    names: Mapping[str, str] = field(default_factory=dict)
    part_of: str | None = None
    flags: tuple[OpenFlag, ...] = ()
    seen_by: Member

"""The names by which Slack hands things back to us: actions, views, blocks, and what a button carries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """Buttons, by what happens when they are clicked."""

    PROPOSAL_APPROVE = "proposal.approve"
    PROPOSAL_EDIT = "proposal.edit"
    PROPOSAL_DISMISS = "proposal.dismiss"
    PROPOSAL_REJECT = "proposal.reject"
    PROPOSAL_REOPEN = "proposal.reopen"
    PROPOSAL_VIEW = "proposal.view"
    QUEUE_OPEN = "queue.open"
    STATS_SHARE = "stats.share"
    STATS_WEEK = "stats.week"
    STATS_MONTH = "stats.month"
    STATS_QUARTER = "stats.quarter"


class Callback(StrEnum):
    """Modals, by what their submission asks for."""

    PROPOSAL_PUBLISH = "proposal.publish"
    PROPOSAL_REJECT = "proposal.reject"
    STATS_SHARE = "stats.share"


class Field(StrEnum):
    """Inputs of modals: the block's id; the element in it has the action id `VALUE`.

    The steps of a flow take several inputs when they are long: `STEPS` with a number from 0 behind it.
    """

    CHANNEL = "channel"
    REASON = "reason"
    STEPS = "steps."
    SUMMARY = "summary"
    TITLE = "title"


COMMAND = "/flowpilot"
VALUE = "value"
"""The action id of every input: inputs are told apart by their block."""
PERIOD_ACTIONS = {7: Action.STATS_WEEK, 30: Action.STATS_MONTH, 90: Action.STATS_QUARTER}
"""The button that shows the report of so many days."""


@dataclass(frozen=True, slots=True)
class VersionedId:
    """An object and the version of it that the person saw: all that a proposal's button carries."""

    id: int
    version: int

    def __str__(self) -> str:
        return f"{self.id}:{self.version}"

    @classmethod
    def parse(cls, text: str) -> VersionedId:
        """The value that `str` made. Raises ValueError for anything else."""
        id_, version = text.split(":")
        return cls(int(id_), int(version))

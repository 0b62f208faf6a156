"""What the thread of a session shows: the facts behind each of its messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.flow_pages import NO_USE, FlowUse
from bot.domain.flows import FlowMention
from bot.domain.proposals import MessageRef
from bot.domain.sessions import AnalysisOutcome
from bot.domain.step_scripts import StepScript
from bot.domain.trees import Node
from bot.domain.troubleshooting import Troubleshooting


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What became of a resolved session. `title` is of the proposal or flow, `card` where the proposal is decided on."""

    outcome: AnalysisOutcome
    title: str | None = None
    card: MessageRef | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionThread:
    """`node` is what is asked now and `script` is its script, `flow` the one that is followed or was last, with its use.

    `names` are of the members who had to do with it. Flags are told in the `review_channel` too.
    """

    live: Troubleshooting
    node: Node | None = None
    script: StepScript | None = None
    flow: FlowMention | None = None
    use: FlowUse = NO_USE
    offered: FlowMention | None = None
    learnt: Learnt | None = None
    review_channel: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, member_id: str | None) -> str:
        return self.names.get(member_id or "", member_id or "Somebody")


def key_of_turn(session_id: int, turn: int) -> str:
    """The key of the message that asks what the session asks in that turn."""
    return f"session:{session_id}:{turn}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MySessions:
    """The sessions of one person, newest first."""

    open: tuple[Troubleshooting, ...] = ()
    ended: tuple[Troubleshooting, ...] = ()

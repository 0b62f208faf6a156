"""Failures that the domain knows. Each says in one sentence what happened and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


class FlowPilotError(Exception):
    """A failure whose message may be shown to the person who caused it."""


class NotFoundError(FlowPilotError):
    """There is no such thing in this workspace."""

    def __init__(self, noun: str, key: object) -> None:
        super().__init__(f"There is no {noun} {key} in this workspace.")
        self.noun, self.key = noun, key


class NotAllowedError(FlowPilotError):
    """The person lacks the role that this needs. `deed` is what was to be done."""

    def __init__(self, deed: str) -> None:
        super().__init__(f"Only reviewers can {deed}. Ask an admin of FlowPilot in this workspace.")
        self.deed = deed


class NotAuthorError(FlowPilotError):
    """Only who proposed something by hand can take it back, or propose it again."""

    def __init__(self, proposal_id: int) -> None:
        super().__init__(
            "Only the person who proposed this can do that. A reviewer can dismiss or reject it."
        )
        self.proposal_id = proposal_id


class NotApprovableError(FlowPilotError):
    """A change to a published flow is published through Edit & Publish, never approved blindly."""

    def __init__(self, proposal_id: int) -> None:
        super().__init__(
            f"Proposal {proposal_id} changes a published flow. Look at the change and publish it with Edit & Publish "
            "(on a terminal: approve --edited)."
        )
        self.proposal_id = proposal_id


class AlreadyDecidedError(FlowPilotError):
    """Somebody else decided first."""

    def __init__(self, proposal_id: int, status: str, by: str | None, at: datetime | None) -> None:
        super().__init__(f"Proposal {proposal_id} is {status} already{f', by {by}' if by else ''}.")
        self.proposal_id, self.status, self.by, self.at = proposal_id, status, by, at


class StaleVersionError(FlowPilotError):
    """The proposal has grown or changed since the card was drawn."""

    def __init__(self, proposal_id: int, seen: int, current: int) -> None:
        super().__init__(
            f"Proposal {proposal_id} changed since you opened it (version {seen}, now {current}). Look again, then decide."
        )
        self.proposal_id, self.seen, self.current = proposal_id, seen, current


class WrongStatusError(FlowPilotError):
    """The proposal's status does not allow this decision."""

    def __init__(self, proposal_id: int, status: str, wanted: str) -> None:
        super().__init__(f"Proposal {proposal_id} is {status}; {wanted}.")
        self.proposal_id, self.status = proposal_id, status


class ReasonMissingError(FlowPilotError):
    """A refusal teaches the analyst only with a reason."""

    def __init__(self) -> None:
        super().__init__(
            "Say why in your own words: the analyst reads it when a session looks like this one again."
        )


@dataclass(frozen=True, slots=True)
class TreeProblem:
    """One thing that is wrong with a tree: the node (None: the whole tree), and a sentence to act on.

    `line` counts from 1 and is set when the tree came from outline text.
    """

    node: str | None
    sentence: str
    line: int | None = None


class InvalidTreeError(FlowPilotError):
    """A tree that breaks the rules, with all of its problems."""

    def __init__(self, problems: Sequence[TreeProblem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)


class InvalidRecordError(FlowPilotError):
    """A session record that cannot be taken in, with the field and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


class KnowledgeMovedError(Exception):
    """Flows or proposals changed while a session was being analysed: analyse it again. Never shown to people."""


class LeaseLostError(Exception):
    """Another worker has taken this analysis over. Never shown to people."""


class StaleFlowError(FlowPilotError):
    """The flow has got a newer version than the one that was to be changed."""

    def __init__(self, flow_id: int, base: int, current: int) -> None:
        super().__init__(
            f"Flow {flow_id} has moved on (from version {base} to {current}). Look at the new version, then publish."
        )
        self.flow_id, self.base, self.current = flow_id, base, current

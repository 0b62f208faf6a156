"""A decision on a proposal, as it is asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, RootModel, StringConstraints

from bot.domain.proposals import MAX_REASON
from bot.domain.reasons import ReasonCode
from bot.web.api.models import Strict
from bot.web.api.trees import Tree

MAX_VERSION = 2**31 - 1


class Action(StrEnum):
    APPROVE = "approve"
    MODIFY = "modify"
    DISMISS = "dismiss"
    REJECT = "reject"
    REOPEN = "reopen"


class _Review(Strict):
    version: Annotated[int, Field(ge=1, le=MAX_VERSION, description="The version that was looked at.")]


Reason = Annotated[str, StringConstraints(max_length=MAX_REASON, pattern=r"^[^\u0000]*$")]
RejectCode = Literal[
    ReasonCode.WRONG_FIX,
    ReasonCode.OUTDATED,
    ReasonCode.NOT_FOR_TEAM,
    ReasonCode.DUPLICATE,
    ReasonCode.UNSAFE,
    ReasonCode.OTHER,
]
DismissCode = Literal[ReasonCode.TOO_RARE, ReasonCode.UNCLEAR, ReasonCode.NOT_NOW, ReasonCode.OTHER]


class Approve(_Review):
    """Publish a new flow as it stands."""

    action: Literal[Action.APPROVE]


class Modify(_Review):
    """Publish with this tree in place of the proposed one: the only way for a change to a published flow."""

    action: Literal[Action.MODIFY]
    tree: Tree


class Dismiss(_Review):
    """Park; a new session that supports it wakes it."""

    action: Literal[Action.DISMISS]
    reason: Reason = ""
    reason_code: DismissCode | None = None


class Reject(_Review):
    """Wrong: look-alikes are not proposed again. Takes a reason, or a code that says enough."""

    action: Literal[Action.REJECT]
    reason: Reason = ""
    reason_code: RejectCode = ReasonCode.OTHER


class Reopen(_Review):
    """Put a dismissed, rejected or expired one back into the queue."""

    action: Literal[Action.REOPEN]


class Review(
    RootModel[Annotated[Approve | Modify | Dismiss | Reject | Reopen, Field(discriminator="action")]]
):
    """What is decided, on which version."""

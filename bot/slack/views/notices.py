"""Refusals and failures in words, for the person who clicked and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from bot.domain.errors import AlreadyDecidedError, FlowPilotError, NotAllowedError, StaleVersionError
from bot.domain.proposals import ProposalStatus
from bot.slack.mrkdwn import escape
from bot.slack.views import samples
from bot.slack.views.blocks import Json, message, modal, section
from bot.slack.views.phrases import DECIDED, ago, names

ACCOUNT_OF_STATUS = {status.value: words for status, words in DECIDED.items()} | {
    ProposalStatus.WITHDRAWN.value: "withdrew"
}
STILL_LOADING = "One moment …"


def refusal_words(
    error: FlowPilotError, *, decider: str | None, reviewers: Sequence[str], now: datetime
) -> str:
    """What is true now, in plain text. `decider` and `reviewers` are names."""
    match error:
        case AlreadyDecidedError():
            return _decided_words(error, decider, now)
        case NotAllowedError() if reviewers:
            return f"Only reviewers can {error.deed}. Ask {names(list(reviewers))}."
        case StaleVersionError():
            return "This proposal changed since you opened it. Look at the new card, then decide."
    return str(error)


def failure_words(reference: str) -> str:
    """For a failure that is ours."""
    return f"That did not work, and the fault is ours. Try again; if it stays, give an admin the reference {reference}."


def notice_message(words: str) -> Json:
    """A message to one person; `words` are plain text."""
    return message(escape(words))


def notice_modal(title: str, words: str) -> Json:
    """A modal that only says something; `words` are plain text."""
    return modal(title, [section(escape(words))])


def loading_modal(title: str) -> Json:
    """Stands in the second in which the real one is prepared."""
    return modal(title, [section(STILL_LOADING)])


def _decided_words(error: AlreadyDecidedError, decider: str | None, now: datetime) -> str:
    when = f" {ago(error.at, now)}" if error.at else ""
    done = ACCOUNT_OF_STATUS.get(error.status, error.status)
    if error.status == ProposalStatus.EXPIRED:
        return f"This proposal expired{when}."
    if error.status == ProposalStatus.MERGED:
        return (
            f"This proposal became part of another that is about the same problem{when}. Decide on that one."
        )
    return f"{decider or 'Somebody'} {done} this{when}."


_DECIDED_NOW = AlreadyDecidedError(7, "approved", samples.ADA.id, samples.NOW)

EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "refusal": lambda: notice_message(
        refusal_words(_DECIDED_NOW, decider=samples.ADA.name, reviewers=(), now=samples.NOW)
    ),
    "failure": lambda: notice_message(failure_words("3f9a1c")),
    "failure in a modal": partial(notice_modal, "Proposal", failure_words("3f9a1c")),
    "loading": partial(loading_modal, "Edit proposal"),
}

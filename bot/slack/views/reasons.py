"""Asking a reviewer why a proposal is not taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bot.domain.proposals import MAX_REASON, Proposal, ProposalKind
from bot.domain.reasons import DISMISS_CODES, REASON_WORDS, REJECT_CODES, ReasonCode
from bot.slack.ids import Callback, Field, VersionedId
from bot.slack.mrkdwn import bold
from bot.slack.views import samples
from bot.slack.views.blocks import Json, choice_input, modal, section, text_input
from bot.slack.views.phrases import capitalised
from bot.slack.views.proposals import title_of

HINT = "It stays with the proposal, and the analyst reads it when a session looks like this one again."


def reject_modal(proposal: Proposal) -> Json:
    """Asks for the reason; look-alikes are then not proposed again."""
    kind = "flow" if proposal.kind is ProposalKind.NEW_FLOW else "change"
    return modal(
        "Reject proposal",
        [
            section(f"{bold(title_of(proposal))} and look-alikes of this {kind} are not proposed again."),
            *_inputs("What is wrong with it?", REJECT_CODES),
        ],
        submit="Reject",
        callback=Callback.PROPOSAL_REJECT.value,
        metadata=str(VersionedId(proposal.id, proposal.version)),
    )


def explain_modal(proposal: Proposal) -> Json:
    """Asks why a proposal was dismissed, after the fact."""
    return modal(
        "Why parked?",
        [
            section(f"{bold(title_of(proposal))} stays parked. It wakes when a new session supports it."),
            *_inputs("Why not now?", DISMISS_CODES),
        ],
        submit="Save",
        callback=Callback.PROPOSAL_EXPLAIN.value,
        metadata=str(VersionedId(proposal.id, proposal.version)),
    )


def _inputs(question: str, codes: Sequence[ReasonCode]) -> list[Json]:
    text = text_input(
        Field.REASON,
        "In your own words",
        multiline=True,
        limit=MAX_REASON,
        hint=f"Needed for another reason. {HINT}",
        optional=True,
    )
    words = {code.value: capitalised(REASON_WORDS[code]) for code in codes}
    return [choice_input(Field.REASON_CODE, question, words), text]


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "reject": partial(reject_modal, samples.NEW_FLOW.proposal),
    "explain": partial(explain_modal, samples.DISMISSED.proposal),
}

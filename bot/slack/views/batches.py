"""Deciding on several proposals at once: the question before it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.domain.review_batches import Batch, BatchItem, BatchVerb
from bot.domain.words import counted
from bot.slack.ids import Callback, VersionedId
from bot.slack.mrkdwn import escape, plain
from bot.slack.views import samples_homes as samples
from bot.slack.views.blocks import MODAL_TITLE, Json, modal, plain_text, section, sections

TITLE_CHARACTERS = 120
TITLES = {
    BatchVerb.APPROVE: "Approve selected",
    BatchVerb.DISMISS: "Dismiss selected",
    BatchVerb.REOPEN: "Undo",
}
_SUBMITS = {BatchVerb.APPROVE: "Approve", BatchVerb.DISMISS: "Dismiss"}
_DONE = {
    BatchVerb.APPROVE: "approved and published",
    BatchVerb.DISMISS: "parked",
    BatchVerb.REOPEN: "waiting for a decision again",
}
NOTHING_SELECTED = "Nothing is selected. Tick the box beside each proposal first."
PARKING = "They wake when a new session supports them, and you can reopen them at any time."
PUBLISHING = (
    "What is published is not undone here: archive a flow on its page, which *View Flow* on its card opens."
)

Reasons = Mapping[int, str]
"""Why a proposal is left out, in plain words, by its id."""


def batch_modal(batch: Batch, reasons: Reasons) -> Json:
    """Asks whether to decide so on all that can be, and names them and the others."""
    title = TITLES[batch.verb]
    if not batch.items:
        return modal(title, [section(NOTHING_SELECTED)])
    if not batch.accepted:
        return modal(title, list(_left_out("None of them can be decided on like this", batch, reasons)))
    parts = [*sections(_question(batch), [_name(item) for item in batch.accepted])]
    if batch.verb is BatchVerb.DISMISS:
        parts.append(section(PARKING))
    parts += _left_out("Left out", batch, reasons)
    return _to_decide(title, parts, _SUBMITS[batch.verb], batch.verb, batch)


def deciding_modal(verb: BatchVerb) -> Json:
    return modal(TITLES[verb], [section("Deciding on one after the other …")])


def outcome_modal(batch: Batch, reasons: Reasons) -> Json:
    """What was done, and what was not and why. What was dismissed can be taken back from here."""
    done = batch.accepted
    parts: list[Json] = []
    if done:
        parts += sections(f"{len(done)} {_DONE[batch.verb]}", [_name(item) for item in done])
    parts += _left_out("Nothing was done" if not done else f"{len(batch.refused)} not", batch, reasons)
    if done and batch.verb is BatchVerb.DISMISS:
        undo = _to_decide(TITLES[batch.verb], parts, "Undo", BatchVerb.REOPEN, batch)
        return undo | {
            "close": plain_text("Close", MODAL_TITLE)
        }  # "Cancel" would sound as if nothing were done
    if done and batch.verb is BatchVerb.APPROVE:
        parts.append(section(PUBLISHING))
    return modal(TITLES[batch.verb], parts)


def _to_decide(title: str, parts: list[Json], submit: str, verb: BatchVerb, batch: Batch) -> Json:
    """A modal that does so with what the batch accepted."""
    picks = [str(VersionedId(item.pick.id, item.pick.version)) for item in batch.accepted]
    metadata = " ".join([verb, *picks])
    return modal(title, parts, submit=submit, callback=Callback.QUEUE_DECIDE.value, metadata=metadata)


def _question(batch: Batch) -> str:
    if batch.verb is BatchVerb.APPROVE:
        return f"Approve and publish {counted(len(batch.accepted), 'flow')}?"
    return f"Park {counted(len(batch.accepted), 'proposal')}?"


def _left_out(label: str, batch: Batch, reasons: Reasons) -> Iterator[Json]:
    if batch.refused:
        yield from sections(
            label, [f"{_name(item)}: {escape(reasons[item.pick.id])}" for item in batch.refused]
        )


def _name(item: BatchItem) -> str:
    return f"• {escape(plain(item.title, TITLE_CHARACTERS) or f'Proposal {item.pick.id}')}"


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "approve": partial(batch_modal, samples.BATCH, samples.BATCH_REASONS),
    "dismiss": lambda: batch_modal(Batch(verb=BatchVerb.DISMISS, items=samples.BATCH.accepted), {}),
    "nothing selected": partial(batch_modal, Batch(verb=BatchVerb.APPROVE), {}),
    "none can be": lambda: batch_modal(
        Batch(verb=BatchVerb.APPROVE, items=samples.BATCH.refused), samples.BATCH_REASONS
    ),
    "deciding": partial(deciding_modal, BatchVerb.APPROVE),
    "outcome": partial(outcome_modal, samples.BATCH, samples.BATCH_REASONS),
    "parked": lambda: outcome_modal(Batch(verb=BatchVerb.DISMISS, items=samples.BATCH.accepted), {}),
    "reopened": lambda: outcome_modal(Batch(verb=BatchVerb.REOPEN, items=samples.BATCH.accepted), {}),
    "nothing done": lambda: outcome_modal(
        Batch(verb=BatchVerb.DISMISS, items=samples.BATCH.refused), samples.BATCH_REASONS
    ),
}

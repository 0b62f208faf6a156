"""Filters, pages and selected proposals of the review queue in Home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.proposals import ProposalStatus
from bot.domain.review_batches import BatchVerb, Pick
from bot.domain.review_queue import QueueFilter, QueueKind, QueueOrder
from bot.slack.ids import Action, VersionedId
from bot.slack.payloads.envelopes import Person, person
from bot.slack.views.blocks import Json
from bot.slack.views.queue import ALL, FILTERS

VERBS = {Action.QUEUE_APPROVE: BatchVerb.APPROVE, Action.QUEUE_DISMISS: BatchVerb.DISMISS}
TURNS = frozenset({Action.QUEUE_NEXT, Action.QUEUE_PREVIOUS})


@dataclass(frozen=True, slots=True)
class QueueTurned:
    """Somebody wants to look at other proposals."""

    by: Person
    wanted: QueueFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchClick:
    """Somebody wants to decide on all selected proposals."""

    by: Person
    verb: BatchVerb
    picks: tuple[Pick, ...]
    trigger_id: str
    in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSubmitted:
    by: Person
    verb: BatchVerb
    picks: tuple[Pick, ...]
    view_id: str


def queue_turned(body: Json, workspace_id: str) -> QueueTurned:
    """A filter leads to its first page, a button to the page that it carries."""
    action = body["actions"][0]
    page = max(0, int(action["value"])) if action["action_id"] in TURNS else 0
    return QueueTurned(person(body, workspace_id), filter_of(body["view"]["state"]["values"], page))


def filter_of(values: Mapping[str, Json], page: int = 0) -> QueueFilter:
    """What the menus in `view.state.values` say."""
    chosen = {
        name: None if held["selected_option"]["value"] == ALL else held["selected_option"]["value"]
        for name, held in values[FILTERS].items()
    }
    status, kind = chosen[Action.QUEUE_STATUS], chosen[Action.QUEUE_KIND]
    return QueueFilter(
        status=ProposalStatus(status) if status else None,
        domain=chosen[Action.QUEUE_DOMAIN],
        kind=QueueKind(kind) if kind else None,
        min_age_days=int(chosen[Action.QUEUE_AGE] or 0),
        min_sessions=int(chosen[Action.QUEUE_SUPPORT] or 0),
        order=QueueOrder(chosen[Action.QUEUE_ORDER] or QueueOrder.OLDEST),
        page=page,
    )


def picked(values: Mapping[str, Json]) -> tuple[Pick, ...]:
    """The proposals whose boxes are ticked, from the top."""
    boxes = [elements[Action.QUEUE_PICK] for elements in values.values() if Action.QUEUE_PICK in elements]
    return tuple(_pick(option["value"]) for box in boxes for option in box["selected_options"])


def box_ticked(body: Json, workspace_id: str) -> Person:
    """Slack keeps what is ticked until it is asked for."""
    return person(body, workspace_id)


def batch_click(body: Json, workspace_id: str) -> BatchClick:
    return BatchClick(
        by=person(body, workspace_id),
        verb=VERBS[Action(body["actions"][0]["action_id"])],
        picks=picked(body["view"]["state"]["values"]),
        trigger_id=body["trigger_id"],
    )


def batch_submitted(body: Json, workspace_id: str) -> BatchSubmitted:
    verb, *picks = body["view"]["private_metadata"].split()
    return BatchSubmitted(
        by=person(body, workspace_id),
        verb=BatchVerb(verb),
        picks=tuple(_pick(each) for each in picks),
        view_id=body["view"]["id"],
    )


def _pick(value: str) -> Pick:
    seen = VersionedId.parse(value)
    return Pick(seen.id, seen.version)

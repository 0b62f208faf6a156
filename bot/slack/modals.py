"""Opening a modal within the three seconds that a click allows: first an empty one, then what belongs into it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.slack.deps import SlackDeps
from bot.slack.errors import ViewGoneError
from bot.slack.payloads.envelopes import Person
from bot.slack.refusals import words_for
from bot.slack.views.blocks import Json
from bot.slack.views.notices import loading_modal, notice_modal

log = structlog.get_logger(__name__)


class Opening(Protocol):
    """What opens a modal: a click, or a command. From within a modal another one goes on top of it."""

    @property
    def by(self) -> Person: ...

    @property
    def trigger_id(self) -> str: ...

    @property
    def in_modal(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A view as it stands: whoever changes it later names the hash, so as not to overwrite what came between."""

    id: str
    hash: str


async def show_modal(
    click: Opening,
    title: str,
    make: Callable[[], Awaitable[Json]],
    deps: SlackDeps,
    *,
    in_place_of: str | None = None,
) -> Shown | None:
    """Open a modal and fill it with what `make` returns; if that fails, with the reason. The one that was filled.

    `in_place_of` an open view nothing is opened: Slack takes three modals on top of each other, and no fourth.
    """
    workspace_id = click.by.workspace_id
    view_id = in_place_of or await _open(click, title, deps)
    failed = False
    try:
        view = await make()
    except Exception as error:  # noqa: BLE001  (words_for logs it; the person must not be left with an empty modal)
        failed = True
        view = notice_modal(title, await words_for(error, deps, workspace_id))
    try:
        answer = await deps.api.call(workspace_id, "views.update", view_id=view_id, view=view)
    except ViewGoneError:
        log.info("slack.modal_closed", workspace=workspace_id)
        return None
    return None if failed else shown_in(answer)


def shown_in(answer: Json) -> Shown:
    """The view of an answer to views.open, views.push or views.update."""
    return Shown(id=str(answer["view"]["id"]), hash=str(answer["view"]["hash"]))


async def _open(click: Opening, title: str, deps: SlackDeps) -> str:
    """Something to look at while the modal is prepared; its id."""
    method = "views.push" if click.in_modal else "views.open"
    opened = await deps.api.call(
        click.by.workspace_id, method, trigger_id=click.trigger_id, view=loading_modal(title)
    )
    return str(opened["view"]["id"])

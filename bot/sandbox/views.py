"""Modals on their stacks, and the App Home of each person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from bot.sandbox.blocks import values_of, with_ids
from bot.sandbox.config import SandboxConfig
from bot.sandbox.wire import Json, SlackError

MOST_STACKED = 3


@dataclass(frozen=True)
class View:
    """A modal or a Home as it stands now: `payload` is what the app sent, `values` what was entered."""

    id: str
    hash: str
    user: str
    payload: Json
    values: Json
    root_id: str
    previous_id: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    is_busy: bool = False

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.payload["type"])

    @property
    def callback_id(self) -> str:
        """What the app calls the view."""
        return str(self.payload.get("callback_id", ""))

    @property
    def title(self) -> str:
        """The words at the top of a modal, none for a Home."""
        return str(self.payload.get("title", {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        """The blocks, with every id filled in."""
        return list(self.payload["blocks"])

    def as_slack(self, config: SandboxConfig) -> Json:
        """Return Slack's view object."""
        return {
            "title": None,
            "submit": None,
            "close": None,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **self.payload,
            "id": self.id,
            "team_id": config.team_id,
            "state": {"values": self.values},
            "hash": self.hash,
            "root_view_id": self.root_id,
            "previous_view_id": self.previous_id,
            "app_id": config.app_id,
            "app_installed_team_id": config.team_id,
            "bot_id": config.bot_id,
        }


class Views:
    """Every view that is open, and every Home that was published."""

    def __init__(self, ids: Iterator[str]) -> None:
        """Start with none; `ids` gives the block and action ids that the app left out."""
        self._ids = ids
        self._numbers = count(1)
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def get(self, view_id: str = "", external_id: str = "") -> View:
        """Return an open view or a Home; raises SlackError("not_found")."""
        for view in self._all():
            if view.id == view_id or (external_id and view.payload.get("external_id") == external_id):
                return view
        raise SlackError("not_found")

    def top(self, user: str) -> View | None:
        """Return the modal that a person has in front of them."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def push(self, user: str, payload: Json) -> View:
        """Open a view on top of the person's stack.

        Raises SlackError: push_limit_reached, duplicate_external_id.
        """
        stack = self.stacks.setdefault(user, [])
        if len(stack) >= MOST_STACKED:
            raise SlackError("push_limit_reached")
        self._refuse_same_external_id(payload)
        view = self._new(user, payload)
        if stack:
            view = replace(view, root_id=stack[0].id, previous_id=stack[-1].id)
        stack.append(view)
        return view

    def update(self, view: View, payload: Json, expected_hash: str = "") -> View:
        """Show another payload in an open view; raises SlackError("hash_conflict") if it changed meanwhile."""
        _refuse_other_hash(view, expected_hash)
        filled = self._filled(payload)
        values = values_of(filled["blocks"], view.values)
        return self.keep(replace(view, hash=self._hash(), payload=filled, values=values, errors={}))

    def publish(self, user: str, payload: Json, expected_hash: str = "") -> View:
        """Show a Home to a person; raises SlackError("hash_conflict") if it changed meanwhile."""
        before = self.homes.get(user)
        if before is not None:
            return self.update(before, payload, expected_hash)
        if expected_hash:
            raise SlackError("hash_conflict")
        return self.keep(self._new(user, payload))

    def keep(self, view: View) -> View:
        """Replace a view by what it is now; one that was closed meanwhile stays closed."""
        stack = self.stacks.get(view.user, [])
        self.stacks[view.user] = [view if each.id == view.id else each for each in stack]
        if view.type == "home":
            self.homes[view.user] = view
        return view

    def drop(self, view: View) -> list[View]:
        """Take a view and what lies on it off the stack; return what went."""
        stack = self.stacks.get(view.user, [])
        below = [*_below(stack, view.id)]
        self.stacks[view.user] = below
        return stack[len(below) :]

    def clear(self, user: str) -> list[View]:
        """Close every modal of a person and return them."""
        return self.stacks.pop(user, [])

    def _all(self) -> Iterator[View]:
        for stack in self.stacks.values():
            yield from stack
        yield from self.homes.values()

    def _refuse_same_external_id(self, payload: Json) -> None:
        external_id = payload.get("external_id")
        if external_id and any(view.payload.get("external_id") == external_id for view in self._all()):
            raise SlackError("duplicate_external_id")

    def _new(self, user: str, payload: Json) -> View:
        view_id = f"V{next(self._numbers):010}"
        filled = self._filled(payload)
        return View(view_id, self._hash(), user, filled, values_of(filled["blocks"]), view_id)

    def _filled(self, payload: Json) -> Json:
        return {**payload, "blocks": with_ids(payload["blocks"], self._ids)}

    def _hash(self) -> str:
        number = next(self._numbers)
        return f"{1_700_000_000 + number}.{number * 0x9E3779B1 & 0xFFFFFFFF:08x}"


def _below(stack: list[View], view_id: str) -> Iterator[View]:
    for view in stack:
        if view.id == view_id:
            return
        yield view


def _refuse_other_hash(view: View, expected_hash: str) -> None:
    if expected_hash and expected_hash != view.hash:
        raise SlackError("hash_conflict")

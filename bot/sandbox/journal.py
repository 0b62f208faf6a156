"""What happened: calls answered, payloads accepted and refused, and notices for the people at the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.changes import Changes
from bot.sandbox.wire import Json, Problem

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class ApiCall:
    """One call of the Web API; `error` is Slack's code, None when it went well."""

    method: str
    args: Json
    error: str | None = None


@dataclass(frozen=True)
class Accepted:
    """A message or view that passed the linter, as it was sent."""

    method: str
    payload: Json


@dataclass(frozen=True)
class Refusal:
    """A message or view that the linter refused, with every problem it found."""

    method: str
    payload: Json
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Notice:
    """A sentence for whoever develops the app; `at` is in seconds since 1970."""

    id: str
    level: Level
    text: str
    at: float

    def as_json(self) -> dict[str, Any]:
        """Return the notice as the browser page reads it."""
        return {"id": self.id, "level": self.level, "text": self.text, "at": self.at}


@dataclass
class Journal:
    """Everything worth reading afterwards, oldest first."""

    clock: Callable[[], float]
    changes: Changes
    calls: list[ApiCall] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    _noticed: int = 0

    def record(self, call: ApiCall) -> None:
        """Keep a call."""
        self.calls.append(call)
        self.changes.notify()

    def accept(self, method: str, payload: Json) -> None:
        """Keep a payload that passed."""
        self.accepted.append(Accepted(method, payload))

    def refuse(self, method: str, payload: Json, problems: tuple[Problem, ...]) -> None:
        """Keep a payload that was refused and say why."""
        self.refused.append(Refusal(method, payload, problems))
        reasons = "; ".join(str(problem) for problem in problems)
        self.notice("error", f"{method} was refused: {reasons}")

    def notice(self, level: Level, text: str) -> None:
        """Tell whoever watches."""
        self._noticed += 1
        self.notices.append(Notice(f"N{self._noticed}", level, text, self.clock()))
        self.changes.notify()

    def dismiss(self, notice_id: str) -> None:
        """Forget a notice; an unknown id is ignored."""
        self.notices = [notice for notice in self.notices if notice.id != notice_id]
        self.changes.notify()

"""Answers that people write into the thread of a session. No button says which step they mean, but time does."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.errors import FlowPilotError
from bot.domain.session_acts import Answer, SayElse
from bot.domain.sessions import SessionStatus
from bot.domain.trees import Node
from bot.domain.troubleshooting import Troubleshooting


class WrittenEarlierError(FlowPilotError):
    """The words were on their way before the step was asked that is open now."""

    def __init__(self, now: int) -> None:
        super().__init__(f"Step {now} was asked after you wrote that. Answer it at the end of the thread.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody (`by`) wrote in a thread, at Slack's time `ts`, which orders its messages."""

    by: str
    words: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStep:
    """What a session asks now: its `node`, and the message that asks it (`ts`), None until it stands in the thread."""

    live: Troubleshooting
    node: Node | None
    ts: str | None

    def answered_by(self, typed: Typed) -> Answer | SayElse:
        """The answer that the words are, in own words if need be. Raises WrittenEarlierError."""
        if self.live.status is SessionStatus.ACTIVE and not self._stood_there(typed):
            raise WrittenEarlierError(self.live.step_number)
        return self._option(typed) or SayElse(by=typed.by, turn=self.live.turn, text=typed.words)

    def labelled_by(self, typed: Typed) -> Answer | None:
        """The answer whose label the words are, if it is asked for now."""
        is_asked = self.live.status is SessionStatus.ACTIVE and self._stood_there(typed)
        return self._option(typed) if is_asked else None

    def _stood_there(self, typed: Typed) -> bool:
        return self.ts is not None and self.ts < typed.ts

    def _option(self, typed: Typed) -> Answer | None:
        said = _bare(typed.words)
        for number, option in enumerate(self.node.options if self.node else ()):
            if _bare(option.label) == said:
                return Answer(by=typed.by, turn=self.live.turn, option=number)
        return None


def _bare(words: str) -> str:
    """Without what does not matter: case, spaces and a dot at the end."""
    return " ".join(words.casefold().split()).removesuffix(".").rstrip()

"""Why there is no answer of a model that could be used."""

from __future__ import annotations

from bot.domain.spending import Trouble


class NoAnswerError(Exception):
    """`detail` is for the log. `pause_seconds` is how long the service wants to be left alone, where it says so."""

    def __init__(self, trouble: Trouble, detail: str, *, pause_seconds: float | None = None) -> None:
        super().__init__(f"{trouble}: {detail}")
        self.trouble, self.detail, self.pause_seconds = trouble, detail, pause_seconds

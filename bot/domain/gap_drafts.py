"""What comes of the wish to have a flow drafted for a gap."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.words import counted, one_line

TITLE_CHARACTERS = 80


class DraftEnd(StrEnum):
    """Where the analyst's work on a gap's sessions has led."""

    SHOWN = "shown"  # the proposal's card was posted for it
    WAITING = "waiting"  # a proposal holds them and waits for its review already
    PARKED = "parked"  # a reviewer dismissed the proposal that holds them
    REFUSED = "refused"  # a reviewer rejected it
    PUBLISHED = "published"  # a flow was learnt from them
    NOTHING = "nothing"  # no session of the gap teaches anything


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDraft:
    """`title` is what the proposal or flow is called, which `sessions` of the gap's are behind; `of` were looked at."""

    end: DraftEnd
    subject: str
    title: str = ""
    sessions: int = 0
    of: int = 0

    @property
    def sentence(self) -> str:
        """What is true now and what to do, in plain text."""
        subject, title = one_line(self.subject, TITLE_CHARACTERS), one_line(self.title, TITLE_CHARACTERS)
        match self.end:
            case DraftEnd.SHOWN:
                return (
                    f"The flow “{title}” is drafted from {self._sources}. Its card is in the review channel."
                )
            case DraftEnd.WAITING:
                return f"“{title}”, from {self._sources}, waits for its review already: see /flowpilot queue."
            case DraftEnd.PARKED:
                return f"A reviewer parked “{title}”, which {self._sources} support. Reopen it on its card."
            case DraftEnd.REFUSED:
                return f"A reviewer rejected “{title}”, which {self._sources} support. Reopen it on its card if that has changed."
            case DraftEnd.PUBLISHED:
                return f"The flow “{title}” was learnt from {self._sources} already: see /flowpilot flows."
        return (
            f"There is nothing to learn from yet for {subject}: none of its sessions was resolved in words, with steps. "
            "Resolve the next one with a sentence on what helped, or propose a flow by hand: see /flowpilot flows."
        )

    @property
    def _sources(self) -> str:
        every = counted(self.of, "session")
        return every if self.sessions == self.of else f"{self.sessions} of {every}"

"""Why a proposal was not taken: a word that can be counted, beside the reviewer's own text."""

from __future__ import annotations

from enum import StrEnum


class ReasonCode(StrEnum):
    WRONG_FIX = "wrong_fix"
    OUTDATED = "outdated"
    NOT_FOR_TEAM = "not_for_team"
    DUPLICATE = "duplicate"
    UNSAFE = "unsafe"
    TOO_RARE = "too_rare"
    UNCLEAR = "unclear"
    NOT_NOW = "not_now"
    OTHER = "other"


REJECT_CODES = (
    ReasonCode.WRONG_FIX,
    ReasonCode.OUTDATED,
    ReasonCode.NOT_FOR_TEAM,
    ReasonCode.DUPLICATE,
    ReasonCode.UNSAFE,
    ReasonCode.OTHER,
)
DISMISS_CODES = (ReasonCode.TOO_RARE, ReasonCode.UNCLEAR, ReasonCode.NOT_NOW, ReasonCode.OTHER)
REASON_WORDS = {
    ReasonCode.WRONG_FIX: "wrong fix",
    ReasonCode.OUTDATED: "outdated",
    ReasonCode.NOT_FOR_TEAM: "not for this team",
    ReasonCode.DUPLICATE: "duplicate",
    ReasonCode.UNSAFE: "unsafe",
    ReasonCode.TOO_RARE: "too rare",
    ReasonCode.UNCLEAR: "not clear enough yet",
    ReasonCode.NOT_NOW: "not now",
    ReasonCode.OTHER: "another reason",
}


def reason_words(code: ReasonCode | None, text: str | None) -> str:
    """For example "outdated: we left that gateway in May"; the text alone when it says all, empty without a reason."""
    word = REASON_WORDS[code] if code and not (text and code is ReasonCode.OTHER) else ""
    return ": ".join(part for part in (word, text) if part)

"""Changing the settings of a workspace: what was entered, what may stand there, and what became different."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from bot.domain.errors import FlowPilotError
from bot.domain.members import Member
from bot.domain.words import listed
from bot.domain.workspaces import DigestSection, WorkspaceSettings

REVIEWERS = "reviewers"
LIMITS = {
    "new_proposals_per_day": (1, 500),
    "min_imported_sessions": (1, 50),
    "proposal_lifetime_days": (1, 365),
    "remind_after_days": (1, 365),
    "model_cents_per_day": (0, 100_000),
    "session_reminder_hours": (1, 168),
    "session_lifetime_hours": (1, 720),
}
"""The least and the most of each number."""
SUGGESTED_ZONES = 3
REACTION = re.compile(r"[\w+'-]{0,100}")


class InvalidSettingsError(FlowPilotError):
    """What was entered cannot be set: a sentence for each field that is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class SettingsMovedError(FlowPilotError):
    """Two people change the settings at once; the second one looks again first."""

    def __init__(self) -> None:
        super().__init__("Somebody changed the settings since you opened this. Close it and open it again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsShown:
    """The settings and reviewers as somebody sees them before changing them."""

    settings: WorkspaceSettings
    reviewers: tuple[Member, ...]

    @property
    def fingerprint(self) -> str:
        """The same only while nothing of it has changed."""
        ids = sorted(member.id for member in self.reviewers)
        return hashlib.sha256(repr((self.settings, ids)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsEntered:
    """What somebody entered. `numbers` are texts by the name of their setting, empty where nothing was entered."""

    reviewers: tuple[str, ...]
    review_channel: str | None
    digest_channel: str | None
    digest_weekday: int
    digest_hour: int
    digest_sections: tuple[DigestSection, ...]
    time_zone: str
    analysis_enabled: bool
    numbers: Mapping[str, str]
    capture_reaction: str = ""

    def applied_to(self, before: WorkspaceSettings) -> WorkspaceSettings:
        """The settings as they would be.

        Raises:
            InvalidSettingsError: with all that is wrong.
        """
        problems: dict[str, str] = {}
        zone = _zone_named(self.time_zone)
        if zone is None:
            problems["time_zone"] = _unknown_zone(self.time_zone)
        reaction = self.capture_reaction.strip().strip(":").lower()
        if not REACTION.fullmatch(reaction):
            problems["capture_reaction"] = "The name of one emoji, as in brain."
        numbers: dict[str, Any] = {name: _number(text) for name, text in self.numbers.items()}
        problems |= {name: _range(name) for name, number in numbers.items() if not _fits(name, number)}
        if problems:
            raise InvalidSettingsError(problems)
        return replace(
            before,
            review_channel=self.review_channel or before.review_channel,
            digest_channel=self.digest_channel or before.digest_channel,
            digest_weekday=self.digest_weekday,
            digest_hour=self.digest_hour,
            digest_left_out=tuple(each for each in DigestSection if each not in self.digest_sections),
            time_zone=zone or before.time_zone,
            analysis_enabled=self.analysis_enabled,
            capture_reaction=reaction,
            **numbers,
        )


def require_reviewers(wanted: Sequence[str], before: Sequence[Member], always: frozenset[str]) -> None:
    """At least one stays, and those whom the installation names.

    Raises:
        InvalidSettingsError: it would be otherwise.
    """
    if not wanted:
        raise InvalidSettingsError({REVIEWERS: "At least one person has to decide on proposals."})
    kept = [member.name for member in before if member.id in always and member.id not in wanted]
    if kept:
        verb = "is" if len(kept) == 1 else "are"
        raise InvalidSettingsError(
            {
                REVIEWERS: f"{listed(kept)} {verb} named in FLOWPILOT_ADMINS and stays a reviewer as long as that is so."
            }
        )


def differences(before: WorkspaceSettings, after: WorkspaceSettings) -> dict[str, dict[str, object]]:
    """Each setting that is different, with how it was and how it is."""
    was, now = asdict(before), asdict(after)
    return {name: {"from": was[name], "to": now[name]} for name in was if was[name] != now[name]}


def _number(text: str) -> int | None:
    """The whole number, -1 for what is none, None for nothing."""
    text = text.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() else -1


def _fits(name: str, number: int | None) -> bool:
    least, most = LIMITS[name]
    return name == "model_cents_per_day" if number is None else least <= number <= most


def _range(name: str) -> str:
    least, most = LIMITS[name]
    return f"A whole number from {least:,} to {most:,}."


def _zone_named(text: str) -> str | None:
    """The time zone as it is written, whatever the case."""
    return {zone.casefold(): zone for zone in available_timezones()}.get(text.strip().casefold())


def _unknown_zone(text: str) -> str:
    zones = sorted(available_timezones())
    places = {zone.rpartition("/")[2].casefold(): zone for zone in zones if "/" in zone}
    names = {zone.casefold(): zone for zone in zones}
    sought = text.strip().casefold().replace(" ", "_")
    found = [(names | places)[name] for name in get_close_matches(sought, [*places, *names], SUGGESTED_ZONES)]
    suggestion = f" Did you mean {' or '.join(dict.fromkeys(found))}?" if found else ""
    return f"There is no time zone of this name.{suggestion or ' Write it as in Europe/Berlin.'}"

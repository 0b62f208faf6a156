"""What people type behind /flowpilot, understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.domain.sessions import ProblemDomain
from bot.domain.windows import PERIODS
from bot.domain.words import domain_name

USUAL_DAYS = 30
MIN_BEGINNING = 3
"""Letters of a command by which it can be guessed."""
ALIKE = 0.7
"""From 0 to 1: below it a word is no misspelt command."""

_PERIOD = re.compile(r"(\d{1,4})\s?d(?:ays?)?")
_NAMED = re.compile(r"(?<!\S)(ticket|domain):(\S+)", re.IGNORECASE)
_DOMAINS = {
    name: domain for domain in ProblemDomain for name in (domain.value, domain_name(domain.value).lower())
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsAsked:
    days: int = USUAL_DAYS
    domain: ProblemDomain | None = None
    share: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAsked:
    """`problem` in the person's own words; empty when nothing was said."""

    problem: str
    ticket: str | None = None
    domain: ProblemDomain | None = None


@dataclass(frozen=True, slots=True)
class SessionsAsked:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class GapsAsked:
    days: int = USUAL_DAYS


@dataclass(frozen=True, slots=True)
class QueueAsked:
    pass


@dataclass(frozen=True, slots=True)
class FlowsAsked:
    """`words` say which flows; empty: all."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class DigestAsked:
    pass


@dataclass(frozen=True, slots=True)
class SettingsAsked:
    pass


@dataclass(frozen=True, slots=True)
class ScriptAsked:
    pass


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """`not_understood` is what was typed instead of a command; empty when help was asked for.

    `meant` is the command that is spelt nearly like it, if one is.
    """

    not_understood: str = ""
    meant: str = ""


@dataclass(frozen=True, slots=True)
class UnknownPeriod:
    word: str


@dataclass(frozen=True, slots=True)
class UnknownDomain:
    words: str


Asked: TypeAlias = (
    StatsAsked
    | StartAsked
    | SessionsAsked
    | GapsAsked
    | QueueAsked
    | FlowsAsked
    | DigestAsked
    | SettingsAsked
    | ScriptAsked
    | HelpAsked
    | UnknownPeriod
    | UnknownDomain
)


_WITHOUT_WORDS: Mapping[str, Asked] = {
    "queue": QueueAsked(),
    "sessions": SessionsAsked(),
    "digest": DigestAsked(),
    "settings": SettingsAsked(),
    "script": ScriptAsked(),
    "help": HelpAsked(),
}
_NAMES = ("start", "stats", "gaps", "flows", *_WITHOUT_WORDS)


def understand(text: str) -> Asked:
    """What the text asks for; help for everything that is no command."""
    command, *words = text.lower().split() or ["help"]
    match command:
        case "stats":
            return _stats(words)
        case "start":
            return understand_start(text.strip()[len(command) :])
        case "gaps":
            return _gaps(words)
        case "flows":
            return FlowsAsked(" ".join(words))
    return _WITHOUT_WORDS.get(command) or HelpAsked(text.strip(), _nearest(command))


def _nearest(typed: str) -> str:
    """The command that begins with what was typed, else the one that the fewest slips lead to; empty if none is."""
    if len(typed) >= MIN_BEGINNING:
        for name in _NAMES:
            if name.startswith(typed):
                return name
    found = extractOne(typed, _NAMES, scorer=OSA.normalized_similarity, score_cutoff=ALIKE)
    return found[0] if found else ""


def understand_start(text: str) -> StartAsked | UnknownDomain:
    """The problem, and anywhere in it `ticket:…` and `domain:…`."""
    named = {found[1].lower(): found[2] for found in _NAMED.finditer(text)}
    problem = " ".join(_NAMED.sub(" ", text).split())
    domain = _domain_named(named["domain"].lower()) if "domain" in named else None
    if "domain" in named and domain is None:
        return UnknownDomain(named["domain"])
    return StartAsked(problem=problem, ticket=named.get("ticket"), domain=domain)


def _domain_named(name: str) -> ProblemDomain | None:
    return _DOMAINS.get(name) or _DOMAINS.get(re.sub(r"[\s-]+", "_", name))


def _stats(words: list[str]) -> StatsAsked | UnknownPeriod | UnknownDomain:
    """Period, domain and `share`, in any order."""
    days, rest = USUAL_DAYS, []
    for word in words:
        if (found := _period(word)) is None:
            rest.append(word)
        elif found not in PERIODS:
            return UnknownPeriod(word)
        else:
            days = found
    share = "share" in rest
    named = " ".join(word for word in rest if word != "share")
    if not named:
        return StatsAsked(days=days, share=share)
    domain = _domain_named(named)
    if domain is None:
        return UnknownPeriod(named) if named.isdecimal() else UnknownDomain(named)
    return StatsAsked(days=days, domain=domain, share=share)


def _gaps(words: list[str]) -> GapsAsked | UnknownPeriod:
    if not words:
        return GapsAsked()
    days = _period(" ".join(words))
    return GapsAsked(days=days) if days in PERIODS else UnknownPeriod(" ".join(words))


def _period(word: str) -> int | None:
    if word.isascii() and word.isdecimal() and int(word) in PERIODS:
        return int(word)
    found = _PERIOD.fullmatch(word)
    return int(found[1]) if found else None

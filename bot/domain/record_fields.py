"""Reading the fields of a session record: what each may hold, and what is said of one that holds something else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import NoReturn, TypeVar

from bot.domain.errors import InvalidRecordError
from bot.domain.sessions import ProblemDomain

OWN_PREFIX = "x_"
"""Fields that begin like this belong to whoever wrote the record; they are ignored."""
MAX_CHARACTERS: Mapping[str, int] = {
    "external_id": 200,
    "problem": 4000,
    "engineer": 100,
    "people": 100,  # each of them
    "ticket": 100,
    "resolution": 4000,
    "prompt": 2000,
    "options": 300,  # each of them
    "choice": 300,
    "answer_text": 4000,
    "help": 2000,
}
MAX_STEP_OPTIONS = 25
MAX_PEOPLE = 20
RATINGS = range(1, 6)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""A time before this is an empty clock (year 1, 1970) and not a time."""
CLOCK_ALLOWANCE = timedelta(minutes=5)
"""How far another machine's clock may run ahead of ours."""
UNKNOWN_DOMAIN = "unknown"
"""What reports call a missing domain, so that a record made from one can be read again."""

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that PostgreSQL's text cannot hold."""
_SHOWN_CHARACTERS = 40
_Word = TypeVar("_Word", bound=StrEnum)


def allowed(words: type[StrEnum]) -> str:
    """The values of an enumeration, for a sentence."""
    return ", ".join(word.value for word in words)


def shown(value: object) -> str:
    """A value as an error shows it: quoted, short, and printable whatever it holds."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def minutes_of(duration: timedelta) -> int | float:
    """A duration in minutes: a whole number where it is one."""
    minutes = duration / timedelta(minutes=1)
    return int(minutes) if minutes.is_integer() else minutes


@dataclass(frozen=True, slots=True)
class RecordFields:
    """The fields of one record, or of one of its steps; `path` stands before their names in an error."""

    record: Mapping[str, object]
    now: datetime
    path: str = ""

    def refuse(self, name: str, reason: str) -> NoReturn:
        raise InvalidRecordError(self.path + name, reason)

    def refuse_unknown(self, known: Sequence[str]) -> None:
        for name in self.record:
            if name not in known and not name.startswith(OWN_PREFIX):
                close = get_close_matches(name, known, n=1)
                advice = f"did you mean {close[0]}?" if close else f"the fields are {', '.join(known)}."
                self.refuse(
                    shown(name)[1:-1],
                    f'is not a field; {advice} Fields of your own begin with "{OWN_PREFIX}".',
                )

    def text(self, name: str) -> str | None:
        """The text without space around it; None when absent or blank."""
        value = self.record.get(name)
        return None if value is None else self._stored_text(name, value, MAX_CHARACTERS[name]) or None

    def required_text(self, name: str) -> str:
        return self.text(name) or self._missing(name)

    def options(self) -> tuple[str, ...]:
        values = self.items("options", MAX_STEP_OPTIONS)
        limit = MAX_CHARACTERS["options"]
        options = tuple(
            self._stored_text(f"options[{place}]", value, limit) for place, value in enumerate(values)
        )
        if "" in options:
            self.refuse(f"options[{options.index('')}]", "is empty; give it words or leave it out")
        return options

    def people(self) -> tuple[str, ...]:
        """Names, each given as text or as an object with a `name`; each once, and without the empty ones."""
        limit, names = MAX_CHARACTERS["people"], []
        for place, person in enumerate(self.items("people", MAX_PEOPLE)):
            if isinstance(person, Mapping):
                names.append(self._stored_text(f"people[{place}].name", person.get("name") or "", limit))
            else:
                names.append(self._stored_text(f"people[{place}]", person, limit))
        return tuple(dict.fromkeys(filter(None, names)))

    def items(self, name: str, at_most: int) -> Sequence[object]:
        value = self.record.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.refuse(name, f"must be a list, not {shown(value)}")
        if len(value) > at_most:
            self.refuse(name, f"has {len(value)} entries; {at_most} is the most")
        return value

    def word(self, name: str, words: type[_Word]) -> _Word | None:
        value = self.record.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or value not in set(words):
            self.refuse(name, f"must be one of {allowed(words)}, not {shown(value)}")
        return words(value)

    def required_word(self, name: str, words: type[_Word]) -> _Word:
        return self.word(name, words) or self._missing(name)

    def problem_domain(self) -> ProblemDomain | None:
        """None when absent. A domain that is not in our list is some other one: the session still counts."""
        value = self.record.get("problem_domain")
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse("problem_domain", f"must be text, not {shown(value)}")
        word = "_".join(value.lower().replace("-", " ").split())
        if word in {"", UNKNOWN_DOMAIN}:
            return None
        return ProblemDomain(word) if word in set(ProblemDomain) else ProblemDomain.OTHER

    def rating(self) -> int | None:
        value = self.record.get("rating")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value not in RATINGS:
            self.refuse("rating", f"must be a whole number from 1 to {RATINGS[-1]}, not {shown(value)}")
        return value

    def time(self, name: str) -> datetime | None:
        value = self.record.get(name)
        if value is None:
            return None
        moment = self._moment(name, value)
        if moment < EARLIEST:
            self.refuse(name, f"{shown(value)} lies before {EARLIEST.year}: an unset clock, not a time")
        if moment > self.now + CLOCK_ALLOWANCE:
            self.refuse(name, f"{shown(value)} lies in the future; look at its time zone")
        return moment.astimezone(UTC)

    def required_time(self, name: str) -> datetime:
        return self.time(name) or self._missing(name)

    def paused(self, *, at_most: timedelta) -> timedelta:
        value = self.record.get("paused_minutes")
        if value is None:
            return timedelta(0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse("paused_minutes", f"must be a number, not {shown(value)}")
        longest = minutes_of(at_most)
        if not 0 <= value <= longest:
            took = f"{round(longest, 1)} minutes that the session took"
            self.refuse("paused_minutes", f"must lie between 0 and the {took}, not {shown(value)}")
        return timedelta(minutes=value)

    def _missing(self, name: str) -> NoReturn:
        self.refuse(name, "is missing or empty; every record needs one")

    def _stored_text(self, name: str, value: object, limit: int) -> str:
        if not isinstance(value, str):
            self.refuse(name, f'must be text in quotes, such as "1042", not {shown(value)}')
        text = value.strip()
        if len(text) > limit:
            self.refuse(name, f"has {len(text)} characters; {limit} is the most")
        if UNSTORABLE.search(text):
            self.refuse(name, "holds something that is not text: NUL, or bytes in another encoding")
        return text

    def _moment(self, name: str, value: object) -> datetime:
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None:
            self.refuse(name, f'must be a time such as "2026-11-02T09:14:00+01:00", not {shown(value)}')
        if moment.utcoffset() is None:
            self.refuse(name, f"{shown(value)} has no time zone; add an offset, such as +01:00")
        return moment

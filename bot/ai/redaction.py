"""Secrets and personal data out of texts, before a model sees them and before they enter a tree.

Each gives way to a placeholder such as `<ip address>`. Within a session the same value has the same placeholder,
and a further value of the kind the next number: `<ip address 2>`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.ai.redaction_checks import value_of
from bot.ai.redaction_names import Names
from bot.ai.redaction_rules import HINTS, RULES, Rule
from bot.domain.redactions import Redactable, Redactions, placeholder
from bot.domain.sessions import NewSession, Step

AnySession = TypeVar("AnySession", bound=NewSession)

_PLACEHOLDER = re.compile(rf"<(?:{'|'.join(kind.lower() for kind in Redactable)})(?: \d+)?>(?![^<>\n]+</)")
_SIGN = re.compile(r"[\d@:=/]")
_WORDS = ("pass", "pw", "pin", "key", "secret", "token", "psk", "otp", "code", "kennwort", "community")
_REPEATED = frozenset({Redactable.PASSWORD, Redactable.ACCESS_TOKEN})
_SHORTEST_REPEATED = 6


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text with placeholders such as `<e-mail address>`, and how many different values of each kind it had."""

    text: str
    counts: Redactions


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A value to take out, from `start` to `end` (excluded). Equal values of a kind have an equal `key`."""

    start: int
    end: int
    kind: Redactable
    key: str


def redact(text: str, people: Sequence[str] = ()) -> Redacted:
    """`people` are names that may stand in the text."""
    numbers = _Numbers()
    found = findings([text], people)
    return Redacted(numbers.put_into(text, found[text]), numbers.counts())


def redact_texts(texts: Sequence[str], people: Sequence[str] = ()) -> list[str]:
    """Texts that belong together: the same value has the same placeholder in all of them."""
    numbers, found = _Numbers(), findings(texts, people)
    return [numbers.put_into(text, found[text]) for text in texts]


def redact_session(session: AnySession) -> tuple[AnySession, Redactions]:
    """The session with all of its words redacted, and how many different values of each kind were taken out."""
    found = findings(_texts(session), session.people_named)
    if not any(found.values()):
        return session, {}
    numbers = _Numbers()

    def clean(text: str) -> str:
        return numbers.put_into(text, found[text])

    return _with_each_text(session, clean), numbers.counts()


def redacted(sessions: Iterable[AnySession]) -> tuple[AnySession, ...]:
    """The sessions, redacted; see `redact_session`."""
    return tuple(redact_session(session)[0] for session in sessions)


def findings(texts: Iterable[str], people: Sequence[str] = ()) -> dict[str, list[Finding]]:
    """What is to be taken out of each text of a session, in its order and without overlaps.

    A secret that one text tells is recognised in all of them.
    """
    names = Names(people)
    found = {text: _findings(text, names) for text in dict.fromkeys(texts)}
    if told := _told(found):
        found = {text: _findings(text, names, told) for text in found}
    return found


def _findings(text: str, names: Names, told: Iterable[str] = ()) -> list[Finding]:
    found: list[Finding] = []
    rest = _hidden(text, [match.span() for match in _PLACEHOLDER.finditer(text)]) if "<" in text else text
    for rule in _rules_for(text):
        matches = [match for match in rule.pattern.finditer(rest) if rule.is_one(match)]
        spans = [match.span(match.lastgroup or 0) for match in matches]
        found += [
            Finding(*span, rule.kind, _key(rule.kind, value_of(match)))
            for match, span in zip(matches, spans, strict=True)
        ]
        rest = _hidden(rest, spans)
    for secret in told:
        spans = list(_places(secret, rest))
        found += [Finding(*span, Redactable.PASSWORD, secret) for span in spans]
        rest = _hidden(rest, spans)
    found += [
        Finding(start, end, Redactable.PERSON, str(person)) for start, end, person in names.found_in(rest)
    ]
    return sorted(found)


def _places(secret: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the secret stands as a word of its own. Without a pattern, of which `re` would keep the secret."""
    start = text.find(secret)
    while start >= 0:
        end = start + len(secret)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            yield start, end
        start = text.find(secret, end)


class _Numbers:
    """Which placeholder stands for which value, in the order of their first appearance."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Redactable, str], int] = {}
        self._counts: Counter[Redactable] = Counter()

    def put_into(self, text: str, found: Sequence[Finding]) -> str:
        parts, end = [], 0
        for finding in found:
            parts += [text[end : finding.start], placeholder(finding.kind, self._number(finding))]
            end = finding.end
        return "".join([*parts, text[end:]])

    def counts(self) -> Redactions:
        return dict(self._counts)

    def _number(self, finding: Finding) -> int:
        value = (finding.kind, finding.key)
        if value not in self._numbers:
            self._counts[finding.kind] += 1
            self._numbers[value] = self._counts[finding.kind]
        return self._numbers[value]


def _rules_for(text: str) -> Iterator[Rule]:
    """The rules that may find something. For most texts none, which is so quick to see that nothing is kept for later."""
    if not _SIGN.search(text):
        folded = text.casefold()
        if not any(word in folded for word in _WORDS):
            return
    hints = {hint for hint in HINTS if hint.search(text)}
    yield from (rule for rule in RULES if rule.hint in hints)


def _hidden(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """What was found stands no longer there for other rules; no value holds a "<"."""
    for start, end in spans:
        text = f"{text[:start]}{'<' * (end - start)}{text[end:]}"
    return text


def _key(kind: Redactable, value: str) -> str:
    if kind in _REPEATED:
        return value
    return value.casefold() if kind is Redactable.IP else re.sub(r"[\W_]", "", value).casefold()


def _told(found: Mapping[str, Sequence[Finding]]) -> list[str]:
    """Secrets that are sure enough to be recognised without the words around them, longest first."""
    secrets = {
        finding.key
        for text in found.values()
        for finding in text
        if finding.kind in _REPEATED and len(finding.key) >= _SHORTEST_REPEATED and not finding.key.isalpha()
    }
    return sorted(secrets, key=lambda secret: (-len(secret), secret))


def _texts(session: NewSession) -> Iterator[str]:
    """In no order: how values are numbered is decided where they are taken out."""
    yield session.problem
    for step in session.steps:
        yield step.prompt
        yield from step.options
        yield from (text for text in (step.choice, step.answer_text, step.help) if text is not None)
    if session.resolution is not None:
        yield session.resolution


def _with_each_text(session: AnySession, change: Callable[[str], str]) -> AnySession:
    """The session with each of its texts changed, in the order of reading."""

    def change_or_none(text: str | None) -> str | None:
        return None if text is None else change(text)

    def change_step(step: Step) -> Step:
        return replace(
            step,
            prompt=change(step.prompt),
            options=tuple(change(option) for option in step.options),
            choice=change_or_none(step.choice),
            answer_text=change_or_none(step.answer_text),
            help=change_or_none(step.help),
        )

    return replace(
        session,
        problem=change(session.problem),
        steps=tuple(change_step(step) for step in session.steps),
        resolution=change_or_none(session.resolution),
    )

"""Secrets and personal data out of texts, before a model sees them and before they enter a tree.

What is recognised by its form alone (an IBAN, a card number, an address) is checked, so that build numbers and error
codes survive: they are what a flow is made of.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import TypeVar

from bot.domain.sessions import NewSession, Step

AnySession = TypeVar("AnySession", bound=NewSession)


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text with placeholders such as `<e-mail address>`, and how many of each there are."""

    text: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Rule:
    """What to call a secret, where it may stand (the group `secret`, or all), and whether it really is one."""

    name: str
    pattern: re.Pattern[str]
    is_one: Callable[[str], bool] = lambda _: True


def redact(text: str) -> Redacted:
    counts: Counter[str] = Counter()
    for rule in RULES:
        text = _apply(rule, text, counts)
    return Redacted(text, dict(counts))


def redact_session(session: AnySession) -> tuple[AnySession, dict[str, int]]:
    """The session with all of its words redacted, and how many values of each kind were taken out."""
    counts: Counter[str] = Counter()

    def clean(text: str) -> str:
        redacted = redact(text)
        counts.update(redacted.counts)
        return redacted.text

    def clean_or_none(text: str | None) -> str | None:
        return None if text is None else clean(text)

    def clean_step(step: Step) -> Step:
        return replace(
            step,
            prompt=clean(step.prompt),
            options=tuple(clean(option) for option in step.options),
            choice=clean_or_none(step.choice),
            answer_text=clean_or_none(step.answer_text),
            help=clean_or_none(step.help),
        )

    cleaned = replace(
        session,
        problem=clean(session.problem),
        steps=tuple(clean_step(step) for step in session.steps),
        resolution=clean_or_none(session.resolution),
    )
    return cleaned, dict(counts)


def _apply(rule: _Rule, text: str, counts: Counter[str]) -> str:
    def placeholder(match: re.Match[str]) -> str:
        group = "secret" if "secret" in rule.pattern.groupindex else 0
        if not rule.is_one(match[group]):
            return match[0]
        counts[rule.name] += 1
        start, end = (position - match.start() for position in match.span(group))
        return f"{match[0][:start]}<{rule.name}>{match[0][end:]}"

    return rule.pattern.sub(placeholder, text)


def _is_ipv4(text: str) -> bool:
    """An address of a machine; loopback, network masks and 0.0.0.0 name none."""
    try:
        address = IPv4Address(text)
    except AddressValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or text.startswith("255."))


def _is_ipv6(text: str) -> bool:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return False
    return any(character.isdigit() for character in text) and not address.is_loopback


def _is_card(text: str) -> bool:
    """The Luhn checksum (ISO/IEC 7812-1), and no run of one digit."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """The checksum of ISO 13616: modulo 97 over the rearranged digits."""
    compact = "".join(text.split()).upper()
    moved = compact[4:] + compact[:4]
    return 15 <= len(compact) <= 34 and int("".join(str(int(character, 36)) for character in moved)) % 97 == 1  # noqa: PLR2004  (the standard's lengths and remainder)


def _is_phone(text: str) -> bool:
    """As many digits as a number with its area code has (ITU-T E.164: at most 15)."""
    return 7 <= sum(character.isdigit() for character in text) <= 15  # noqa: PLR2004  (see above)


def _looks_secret(text: str) -> bool:
    """Whether a word after "password is" is the password itself rather than what is the matter with it."""
    has_digit = any(character.isdigit() for character in text)
    is_mixed = not (text.islower() or text.isupper() or text.istitle())
    has_symbol = any(not (character.isalnum() or character in "-'/") for character in text)
    return has_digit or (is_mixed and text.isalpha()) or has_symbol


_KEYWORD = (
    r"(?:pass(?:word|wd|phrase|code)|pwd|(?:api|access|secret|product|recovery)[ _-]?key|secret|token|pin)"
)
_VALUE = r"(?P<secret>[^\s\"'“”<>]+?)(?=[\"'“”.,;:!?)]*(?:\s|$))"
_ASSIGNED = rf"\b\w*{_KEYWORD}\s?[=:]\s*[\"'“]?{_VALUE}"
_TOLD = rf"\b{_KEYWORD}\s+(?:is|was|to|are)(?:\s+now|\s+set\s+to)?:?\s+[\"'“]?{_VALUE}"
_KNOWN_TOKENS = (
    r"\b(?:A(?:KIA|SIA)[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}"
    r"|sk-[\w-]{20,}|AIza[\w-]{35}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
)

RULES = (
    _Rule(
        "private key",
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
        ),
    ),
    _Rule("access token", re.compile(_KNOWN_TOKENS)),
    _Rule("access token", re.compile(r"\b[Bb]earer\s+(?P<secret>[\w.~+/-]{12,}=*)")),
    _Rule(
        "password", re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@<>]+:(?P<secret>[^\s/@<>]+)@", re.IGNORECASE)
    ),
    _Rule("password", re.compile(_ASSIGNED, re.IGNORECASE)),
    _Rule("password", re.compile(_TOLD, re.IGNORECASE), _looks_secret),
    _Rule("e-mail address", re.compile(r"\b[\w.+%-]+@(?:[\w-]+\.)+[a-z]{2,}\b", re.IGNORECASE)),
    _Rule("IBAN", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,4})?\b"), _is_iban),
    _Rule("card number", re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])"), _is_card),
    _Rule(
        "MAC address",
        re.compile(
            r"\b[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}\b|\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\b",
            re.IGNORECASE,
        ),
    ),
    _Rule(
        "IP address",
        re.compile(r"(?<![\w:.])[0-9a-f:]{2,}:[0-9a-f:]*(?:\.\d+){0,3}(?![\w:])", re.IGNORECASE),
        _is_ipv6,
    ),
    _Rule("IP address", re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)"), _is_ipv4),
    _Rule(
        "phone number",
        re.compile(r"(?<![\w+])\+\d{1,3}[\s./()-]{0,2}(?:\d[\s./()-]{0,2}){6,12}\d(?!\w)"),
        _is_phone,
    ),
    _Rule("phone number", re.compile(r"(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])")),
    _Rule(
        "phone number",
        re.compile(
            r"\b(?:tel|phone|call|mobile|cell|reach \w+ (?:at|on))\b[^\w\d<]{0,3}(?:(?:number|no)\W{1,3})?(?:is |at )?(?P<secret>\(?0?\d[\d\s()/.-]{5,15}\d)(?!\w)",
            re.IGNORECASE,
        ),
        _is_phone,
    ),
)
"""In this order: what holds other secrets comes before them."""

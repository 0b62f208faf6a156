"""Numbers, dates and names as a person would say them, for titles, labels and alternative texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.domain.dashboard import UNKNOWN, Dashboard
from bot.domain.sessions import ProblemDomain
from bot.domain.spending import MICROS_PER_CENT
from bot.domain.statistics import Rate
from bot.domain.windows import Window

MIN_FOR_PERCENT = 10
"""Of fewer than these a share is told as a count: "2 of 3", for "67 %" would claim more than is known."""
MAX_ALT = 2000
"""Characters of an alternative text: Slack's limit."""

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DOMAINS = {domain.value: domain.value.replace("_", " ").title() for domain in ProblemDomain} | {
    ProblemDomain.M365.value: "Microsoft 365",
    UNKNOWN: "Unknown",
}
_BLANKS = re.compile(r"\s+")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_HOUR, _DAY = 60, 24 * 60
_SHORT = {"minute": "min", "hour": "h", "day": "d"}


def domain_name(domain: str) -> str:
    """The name of a problem domain for people, such as "Microsoft 365"; what is no known domain stays as it is."""
    return _DOMAINS.get(domain, domain)


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """For example "1 session", "1,204 sessions"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def share_of(rate: Rate) -> str:
    """For example "78 %", of few "2 of 3", of nothing "none"."""
    if rate.value is None:
        return "none"
    return percent(rate.value) if rate.n >= MIN_FOR_PERCENT else f"{rate.hits} of {rate.n}"


def share_out_of(rate: Rate) -> str:
    """The share with its number, once: "78 % of 120", of few "2 of 3", of nothing "none"."""
    return f"{share_of(rate)} of {rate.n}" if rate.n >= MIN_FOR_PERCENT else share_of(rate)


def dollars(micros: int) -> str:
    """For example "$1.12"; of a cent's part "less than $0.01"."""
    return "less than $0.01" if 0 < micros < MICROS_PER_CENT else f"${micros / MICROS_PER_CENT / 100:,.2f}"


def duration(minutes: float) -> str:
    """For example "31 minutes", "2.5 hours", "3 days"."""
    figure, unit = _rounded(minutes)
    return f"{figure} {unit if figure == '1' else unit + 's'}"


def short_duration(minutes: float) -> str:
    """For example "31 min", "2.5 h", "3 d", where there is little room."""
    if round(minutes) < 1:
        return "under 1 min"
    figure, unit = _rounded(minutes)
    return f"{figure} {_SHORT[unit]}"


def _rounded(exact: float) -> tuple[str, str]:
    """Minutes up to an hour and a half, hours up to two days, then days; one decimal where it says something."""
    minutes = round(exact)
    if minutes < 1.5 * _HOUR:
        return str(minutes), "minute"
    size, unit = (_HOUR, "hour") if minutes < 2 * _DAY else (_DAY, "day")
    figure = minutes / size
    return f"{figure:,.{1 if figure < 10 else 0}f}".removesuffix(".0"), unit  # noqa: PLR2004  (one digit before the point)


def day_of_month(on: date) -> str:
    """For example "3 Nov"."""
    return f"{on.day} {_MONTHS[on.month - 1][:3]}"


def window_words(window: Window) -> str:
    """For example "1 to 30 November 2026, Europe/Berlin"; what both ends share is said once."""
    first, last = window.dates[0], window.dates[-1]
    end = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    start = str(first.day)
    if (first.year, first.month) != (last.year, last.month):
        start += f" {_MONTHS[first.month - 1]}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{end if first == last else f'{start} to {end}'}, {window.zone}"


def headline(dashboard: Dashboard) -> str:
    """The takeaway: "412 sessions in 30 days, 78 % resolved, median 31 minutes"."""
    totals, days = dashboard.totals, dashboard.window.days
    period = "one day" if days == 1 else f"{days} days"
    if dashboard.is_empty:
        return f"No sessions in {period}"
    parts = [f"{counted(totals.sessions, 'session')} in {period}"]
    if totals.sessions:
        parts.append(f"{share_of(totals.resolution)} resolved")
    if dashboard.wall.median is not None:
        parts.append(f"median {duration(dashboard.wall.median)}")
    return ", ".join(parts)


def listed(parts: Sequence[str]) -> str:
    """For example "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def one_line(text: str, limit: int) -> str:
    """The text on one line and at most `limit` characters long, with an ellipsis where it was cut."""
    line = _BLANKS.sub(" ", text).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def file_stem(title: str, limit: int) -> str:
    """The title as a file's name without its ending: letters, digits and dashes, cut between words where it can be.

    Empty if the title has none of them.
    """
    name = _NOT_IN_NAMES.sub("-", title.lower()).strip("-")
    if len(name) <= limit:
        return name
    whole_words = name[: limit + 1].rpartition("-")[0]
    return whole_words or name[:limit]


def alt_text(*sentences: str) -> str:
    """The sentences as an alternative text that Slack accepts."""
    return one_line(" ".join(sentence for sentence in sentences if sentence), MAX_ALT)

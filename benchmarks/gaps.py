"""How often a report of knowledge gaps cries wolf, and how often it finds what is there.

Workspaces are simulated whose true shares are known. Each is judged by the product's whole report (domains, flows and
steps together) and, for comparison, by "40 % and at least 3 sessions", by the Wilson lower bound alone, and by a
certainty of 0.9 without a thought for how many places there are. The seed is fixed; no database is needed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bot.domain.flows import FlowMention
from bot.domain.gap_facts import DomainCounts, FlowCounts, GapFacts, Hits, StepCounts
from bot.domain.gap_finding import report_of
from bot.domain.gap_rule import OPENS_AT, certainty_of
from bot.domain.gaps import GapHistory
from bot.domain.sessions import ProblemDomain
from bot.domain.statistics import Rate
from bot.domain.windows import Window

SEED = 5
REPORTS = 400
NOW = datetime(2026, 11, 23, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=30), NOW, "UTC", 30)
DOMAINS = tuple(ProblemDomain)
UNEVEN = 0.8
"""Exponent of how unevenly sessions fall on places: the busiest of ten has six times as many as the last."""
STEP_SHARE = 0.07
FIXED_SHARE, FIXED_FEWEST = 0.4, 3
BAD, USUAL = 0.6, 0.2
POWER_GOALS = {12: 0.65, 20: 0.9}
FALSE_ALERTS_GOAL = 0.1

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace: so many domains, flows and steps, so many sessions in a month, and the share that escalates."""

    name: str
    domains: int
    flows: int
    steps: int
    sessions: int
    share: float


HEALTHY = (
    Team("small, no flows", 7, 0, 0, 60, 0.2),
    Team("small", 7, 4, 25, 150, 0.2),
    Team("middle", 9, 10, 80, 400, 0.2),
    Team("large", 12, 25, 200, 1500, 0.2),
    Team("large, few escalate", 12, 25, 200, 1500, 0.08),
    Team("twelve small domains", 12, 10, 60, 240, 0.2),
    Team("many escalate", 12, 10, 60, 400, 0.4),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One month of a team: sessions and escalations of each domain and flow, and how often each step was left."""

    domains: tuple[Counts, Counts]
    flows: tuple[Counts, Counts]
    steps: tuple[Counts, Counts]


Rule = Callable[[Drawn], set[str]]


def drawn(dice: Generator, team: Team, *, bad_domain_of: int | None = None) -> Drawn:
    """With `bad_domain_of`, the last domain has so many sessions, and BAD of them escalate."""
    sizes = _sizes(dice, team.domains, team.sessions)
    shares = np.full(team.domains, team.share)
    if bad_domain_of is not None:
        sizes[-1], shares[-1] = bad_domain_of, BAD
    guided = _sizes(dice, team.flows, team.sessions // 2)
    asked = _sizes(dice, team.steps, team.sessions * 2)
    return Drawn(
        (sizes, dice.binomial(sizes, shares)),
        (guided, dice.binomial(guided, team.share)),
        (asked, dice.binomial(asked, STEP_SHARE)),
    )


def _sizes(dice: Generator, places: int, sessions: int) -> Counts:
    weights = 1 / np.arange(1, places + 1) ** UNEVEN
    return dice.multinomial(sessions, weights / weights.sum()) if places else np.zeros(0, np.int64)


def ours(month: Drawn) -> set[str]:
    report = report_of(facts_of(month), GapHistory(), WINDOW)
    return {gap.key for gap in report.alerts}


def facts_of(month: Drawn) -> GapFacts:
    mentions = [FlowMention(at, f"flow {at}", 1) for at in range(len(month.flows[0]) or 1)]
    return GapFacts(
        overall=DomainCounts(
            domain=None, ended=int(month.domains[0].sum()), escalated=Hits(), unguided=Hits()
        ),
        domains=tuple(
            DomainCounts(domain=DOMAINS[at], ended=n, escalated=_hits(hits), unguided=Hits(), flows=1)
            for at, (n, hits) in enumerate(zip(*_plain(month.domains), strict=True))
        ),
        flows=tuple(
            FlowCounts(flow=mentions[at], domain=None, followed=n, ended=n, escalated=_hits(hits))
            for at, (n, hits) in enumerate(zip(*_plain(month.flows), strict=True))
        ),
        steps=tuple(
            StepCounts(
                flow=mentions[at % len(mentions)],
                domain=None,
                node_id=f"n{at}",
                text="?",
                asked=n,
                left=_hits(hits),
            )
            for at, (n, hits) in enumerate(zip(*_plain(month.steps), strict=True))
        ),
    )


def _plain(counts: tuple[Counts, Counts]) -> tuple[list[int], list[int]]:
    return counts[0].tolist(), counts[1].tolist()


def _hits(count: int) -> Hits:
    """Whoever is unlucky is so at several engineers' hands: the rule of two of them never helps here."""
    return Hits(count=count, engineers=min(count, 2))


def fixed(month: Drawn) -> set[str]:
    return _each(month, lambda rate, _: (rate.value or 0) >= FIXED_SHARE and rate.hits >= FIXED_FEWEST)


def wilson(month: Drawn) -> set[str]:
    return _each(month, lambda rate, usual: rate.interval.low > usual)


def plain(month: Drawn) -> set[str]:
    return _each(month, lambda rate, usual: certainty_of(rate, usual) >= OPENS_AT)


def _each(month: Drawn, is_bad: Callable[[Rate, float], bool]) -> set[str]:
    """The places that the rule finds, each against all others of its sort."""
    found = set()
    for sort, counts in (("domain", month.domains), ("flow", month.flows), ("step", month.steps)):
        sizes, hits = _plain(counts)
        for at, (n, count) in enumerate(zip(sizes, hits, strict=True)):
            others = sum(sizes) - n
            if n and others and count >= 2 and is_bad(Rate(count, n), (sum(hits) - count) / others):
                found.add(f"{sort}:{DOMAINS[at] if sort == 'domain' else at}")
    return found


RULES: dict[str, Rule] = {"ours": ours, "certainty 0.9": plain, "40 % and 3": fixed, "Wilson": wilson}


def false_alerts(dice: Generator, team: Team, reports: int) -> dict[str, float]:
    """Alerts a report where nothing is wrong."""
    months = [drawn(dice, team) for _ in range(reports)]
    return {name: sum(len(rule(month)) for month in months) / reports for name, rule in RULES.items()}


def power(dice: Generator, team: Team, sessions: int, reports: int) -> dict[str, float]:
    """How often the domain that is bad is found."""
    months = [drawn(dice, team, bad_domain_of=sessions) for _ in range(reports)]
    key = f"domain:{DOMAINS[team.domains - 1]}"
    return {name: sum(key in rule(month) for month in months) / reports for name, rule in RULES.items()}


def _row(name: str, figures: dict[str, float]) -> str:
    return f"{name:28}" + "".join(f"{figures[rule]:>16.3f}" for rule in RULES)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=REPORTS, help="simulated months of each team")
    reports = parser.parse_args(arguments).reports
    dice = np.random.default_rng(SEED)
    print(f"{'false alerts a report':28}" + "".join(f"{rule:>16}" for rule in RULES))
    quiet = [false_alerts(dice, team, reports) for team in HEALTHY]
    for team, figures in zip(HEALTHY, quiet, strict=True):
        print(_row(team.name, figures))
    found: dict[int, list[float]] = {sessions: [] for sessions in POWER_GOALS}
    for sessions in (8, 12, 20, 30):
        print(f"\nfound, {BAD:.0%} of {sessions} sessions")
        for team in (team for team in HEALTHY if team.share == USUAL):
            figures = power(dice, team, sessions, reports)
            print(_row(team.name, figures))
            found.setdefault(sessions, []).append(figures["ours"])
    print()
    for rule in RULES:
        mean = sum(figures[rule] for figures in quiet) / len(quiet)
        goal = f"goal at most {FALSE_ALERTS_GOAL}" if rule == "ours" else "no goal"
        print(
            f"false alerts, {rule}: {mean:.3f} a report (worst team {max(f[rule] for f in quiet):.3f}; {goal})"
        )
    for sessions, least in POWER_GOALS.items():
        mean = sum(found[sessions]) / len(found[sessions])
        print(
            f"found at {sessions} sessions: {mean:.2f} of reports"
            f" (worst team {min(found[sessions]):.2f}; goal at least {least})"
        )


if __name__ == "__main__":
    main()

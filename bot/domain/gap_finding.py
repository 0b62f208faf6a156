"""From counts to a report: which gaps there are, how large each is, and in which order to look at them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from bot.domain.flows import FlowMention
from bot.domain.gap_facts import DomainCounts, FlowCounts, GapFacts, Hits, Missed, StepCounts, share
from bot.domain.gap_rule import (
    CLOSES_AT,
    MIN_ENGINEERS,
    OPENS_AT,
    GapLevel,
    Place,
    Verdict,
    judge_against,
    judge_among,
)
from bot.domain.gaps import (
    DAYS_OF_MONTH,
    Gap,
    GapEffect,
    GapFigures,
    GapHistory,
    GapKind,
    GapOutcome,
    GapReport,
    PublishedFor,
)
from bot.domain.likelihood import poisson_below
from bot.domain.sessions import GUIDED_FROM, ProblemDomain
from bot.domain.statistics import Change, Rate, change_of_rate
from bot.domain.windows import Window
from bot.domain.words import domain_name

FALSE_ALERTS = 0.1
"""Alerts that a report may raise on average where nothing is wrong (product rule)."""
DOMAINS_SHARE, FLOWS_SHARE, STEPS_SHARE = 8, 1, 1
"""How the three comparisons share FALSE_ALERTS. A domain needs few sessions to stand out and steps are many: divided
equally, a domain at 60 % against 20 % would be missed too often at 12 sessions, and a step would gain little."""
EXPECTED_MISSES = 1 - GUIDED_FROM
"""Of sessions that a flow fits so well, as many are about something else."""
EXPECTED_UNGUIDED = 0.45
"""A domain is uncharted when, with the rule's margin, more than half of its sessions are resolved without guidance."""
PATTERN_FROM = 3
"""Sessions alike from which they are a pattern."""
PATTERN_A_MONTH = 2.0
"""A pattern is worth a flow when it is sure to come more often than this in a month."""
MIN_TIMED = 5
"""Resolved sessions on either side from which the saving of a flow is measured."""
ASSUMED_SAVING = 0.5
"""Part of the time that a flow saves, where too few sessions tell."""
MOST_SAVED_MINUTES = 120.0
"""In one session. Where the medians are longer, they hold nights and waiting for an answer rather than work."""
LEAST_SAVING = 0.1
"""Part of the time that a flow is taken to save at least: medians of few sessions may be the wrong way round."""
MAX_GAPS = 50
MIN_SINCE = 5
"""Sessions after a flow was published, from which on its effect is told."""


def report_of(facts: GapFacts, history: GapHistory, window: Window) -> GapReport:
    """The gaps of the window, largest first, without those that somebody called none."""
    found = [history.remembered(gap) for gap in _Finding(facts, history, window.days).gaps()]
    loud = [gap for gap in found if not history.is_quiet(gap)]
    ranked = sorted(
        loud, key=lambda gap: (gap.level is GapLevel.WATCH, -gap.minutes_saved, gap.kind, gap.key)
    )
    return GapReport(
        window=window,
        gaps=tuple(ranked[:MAX_GAPS]),
        sessions=facts.overall.ended,
        muted=len(found) - len(loud),
    )


def rate_at(facts: GapFacts, kind: GapKind, key: str) -> Rate:
    """What went wrong at the place of a gap, by the facts of any window."""
    match kind:
        case GapKind.HIGH_ESCALATION:
            domains = {_domain_key(each): share(each.escalated, each.ended) for each in facts.domains}
            flows = {_flow_key(each): share(each.escalated, each.ended) for each in facts.flows}
            return (domains | flows).get(key, Rate(0, 0))
        case GapKind.WEAK_STEP:
            return {_step_key(each): share(each.left, each.asked) for each in facts.steps}.get(
                key, Rate(0, 0)
            )
        case GapKind.UNCHARTED:
            unguided = {_domain_key(each): share(each.unguided, each.ended) for each in facts.domains}
            return unguided.get(key, Rate(0, 0))
        case GapKind.UNFINDABLE:
            return {key: rate for key, rate, _, _ in _misses(facts)}.get(key, Rate(0, 0))
    alike = next((each.hits.count for each in facts.patterns if each.key == key), 0)
    return Rate(alike, max(alike, facts.unmatched))


def effect_of(published: PublishedFor, since: Rate) -> GapOutcome:
    """Whether the flow that was published for a gap helped: by the share before, and since."""
    change = change_of_rate(since, published.before)
    if since.n < MIN_SINCE:
        effect = GapEffect.TOO_EARLY
    elif change is Change.UP:
        effect = GapEffect.WORSE
    elif change is Change.DOWN or published.is_closed:
        effect = GapEffect.CLOSED
    else:
        effect = GapEffect.NO_EFFECT
    return GapOutcome(published=published, since=since, effect=effect)


class _Finding:
    def __init__(self, facts: GapFacts, history: GapHistory, days: int) -> None:
        self._facts, self._history, self._days = facts, history, days

    def gaps(self) -> Iterator[Gap]:
        yield from self._escalating()
        yield from self._weak_steps()
        yield from self._uncharted()
        yield from self._patterns()
        yield from self._unfindable()

    def _escalating(self) -> Iterator[Gap]:
        kind, shares = GapKind.HIGH_ESCALATION, self._false_alerts()
        domains = {_domain_key(each): each for each in self._facts.domains if each.ended}
        places = [_place(key, each.escalated, each.ended) for key, each in domains.items()]
        for verdict in judge_among(places, false_alerts=shares[0], open_keys=self._open(kind)):
            row = domains[verdict.key]
            if row.domain is not None:
                rate = share(row.escalated, row.ended)
                yield self._gap(kind, verdict, rate, row.escalated, domain_name(row.domain), row.domain)
        flows = {_flow_key(each): each for each in self._facts.flows if each.ended}
        places = [_place(key, each.escalated, each.ended) for key, each in flows.items()]
        for verdict in judge_among(places, false_alerts=shares[1], open_keys=self._open(kind)):
            flow = flows[verdict.key]
            rate = share(flow.escalated, flow.ended)
            yield self._gap(kind, verdict, rate, flow.escalated, flow.flow.title, flow.domain, flow=flow.flow)

    def _weak_steps(self) -> Iterator[Gap]:
        kind = GapKind.WEAK_STEP
        steps = {_step_key(each): each for each in self._facts.steps if each.asked}
        places = [_place(key, each.left, each.asked) for key, each in steps.items()]
        for verdict in judge_among(places, false_alerts=self._false_alerts()[2], open_keys=self._open(kind)):
            step = steps[verdict.key]
            yield self._gap(
                kind,
                verdict,
                share(step.left, step.asked),
                step.left,
                step.flow.title,
                step.domain,
                flow=step.flow,
                node_id=step.node_id,
                step=step.text,
            )

    def _uncharted(self) -> Iterator[Gap]:
        kind = GapKind.UNCHARTED
        rows = {
            _domain_key(each): each
            for each in self._facts.domains
            if each.domain not in (None, ProblemDomain.OTHER) and not each.flows and each.ended
        }
        places = [_place(key, each.unguided, each.ended) for key, each in rows.items()]
        for verdict in judge_against(places, EXPECTED_UNGUIDED, open_keys=self._open(kind)):
            row = rows[verdict.key]
            if row.domain is not None:
                rate = share(row.unguided, row.ended)
                yield self._gap(kind, verdict, rate, row.unguided, domain_name(row.domain), row.domain)

    def _patterns(self) -> Iterator[Gap]:
        open_keys = self._open(GapKind.REPEATED_PATTERN)
        days = self._facts.unmatched_days or self._days
        for pattern in self._facts.patterns:
            count = pattern.hits.count
            if count < PATTERN_FROM or pattern.hits.engineers < MIN_ENGINEERS:
                continue
            certainty = poisson_below(count, PATTERN_A_MONTH * days / DAYS_OF_MONTH)
            needed = CLOSES_AT if pattern.key in open_keys else OPENS_AT
            verdict = Verdict(
                key=pattern.key,
                level=GapLevel.ALERT if certainty >= needed else GapLevel.WATCH,
                baseline=0.0,
                certainty=certainty,
            )
            rate = Rate(count, max(count, self._facts.unmatched))
            yield self._gap(
                GapKind.REPEATED_PATTERN,
                verdict,
                rate,
                pattern.hits,
                pattern.name,
                pattern.domain,
                examples=pattern.examples,
                days=days,
            )

    def _unfindable(self) -> Iterator[Gap]:
        kind = GapKind.UNFINDABLE
        misses = {key: (rate, hits, flow) for key, rate, hits, flow in _misses(self._facts)}
        places = [
            Place(key=key, rate=rate, engineers=hits.engineers) for key, (rate, hits, _) in misses.items()
        ]
        for verdict in judge_against(places, EXPECTED_MISSES, open_keys=self._open(kind)):
            rate, hits, flow = misses[verdict.key]
            yield self._gap(kind, verdict, rate, hits, flow.flow.title, flow.domain, flow=flow.flow)

    def _gap(
        self,
        kind: GapKind,
        verdict: Verdict,
        rate: Rate,
        hits: Hits,
        subject: str,
        domain: ProblemDomain | None,
        *,
        flow: FlowMention | None = None,
        node_id: str | None = None,
        step: str | None = None,
        examples: tuple[str, ...] = (),
        days: int | None = None,
    ) -> Gap:
        days = days or self._days
        usual = 0.0 if kind in (GapKind.UNCHARTED, GapKind.REPEATED_PATTERN) else verdict.baseline
        each, is_measured = self._saving(domain)
        excess = max(0.0, rate.hits - usual * rate.n) * DAYS_OF_MONTH / days
        return Gap(
            kind=kind,
            key=verdict.key,
            level=verdict.level,
            subject=subject,
            figures=GapFigures(rate=rate, baseline=verdict.baseline, certainty=verdict.certainty, days=days),
            engineers=hits.engineers,
            minutes_saved=excess * each,
            is_measured=is_measured,
            domain=domain,
            flow=flow,
            node_id=node_id,
            step=step,
            session_ids=hits.session_ids,
            examples=examples,
        )

    def _saving(self, domain: ProblemDomain | None) -> tuple[float, bool]:
        """Minutes that a flow saves in a session of the domain, up to MOST_SAVED_MINUTES, and whether that was measured.

        Where too few sessions of the domain tell, those of all domains do.
        """
        own = next((each for each in self._facts.domains if each.domain == domain), self._facts.overall)
        for row in (own, self._facts.overall):
            without, guided = row.without_flow, row.with_flow
            if min(without.n, guided.n) >= MIN_TIMED and without.minutes and guided.minutes is not None:
                saved = max(without.minutes - guided.minutes, LEAST_SAVING * without.minutes)
                return min(saved, MOST_SAVED_MINUTES), True
        usual = own.without_flow if own.without_flow.n >= MIN_TIMED else self._facts.overall.without_flow
        return min(ASSUMED_SAVING * (usual.minutes or 0.0), MOST_SAVED_MINUTES), False

    def _false_alerts(self) -> tuple[float, float, float]:
        """The shares of domains, flows and steps; what is not there leaves its share to the others."""
        there = (self._facts.domains, self._facts.flows, self._facts.steps)
        shares = [part * bool(rows) for part, rows in zip(_SHARES, there, strict=True)]
        domains, flows, steps = (FALSE_ALERTS * part / max(1, sum(shares)) for part in shares)
        return domains, flows, steps

    def _open(self, kind: GapKind) -> Collection[str]:
        return self._history.open_keys(kind)


_SHARES = (DOMAINS_SHARE, FLOWS_SHARE, STEPS_SHARE)


def _place(key: str, hits: Hits, n: int) -> Place:
    return Place(key=key, rate=share(hits, n), engineers=hits.engineers)


def _domain_key(row: DomainCounts) -> str:
    return f"domain:{row.domain or ''}"


def _flow_key(row: FlowCounts) -> str:
    return f"flow:{row.flow.flow_id}"


def _step_key(row: StepCounts) -> str:
    return f"step:{row.flow.flow_id}:{row.node_id}"


def _misses(facts: GapFacts) -> Iterator[tuple[str, Rate, Hits, FlowCounts]]:
    """Of each flow that was missed: its key, how often of all sessions that it fits, and in which."""
    flows = {each.flow.flow_id: each for each in facts.flows}
    by_flow = sorted(facts.missed, key=lambda each: (each.flow_id, -each.session))
    for flow_id, group in groupby(by_flow, key=lambda each: each.flow_id):
        if flow_id in flows:
            hits = _hits(list(group))
            rate = Rate(hits.count, hits.count + flows[flow_id].followed)
            yield _flow_key(flows[flow_id]), rate, hits, flows[flow_id]


def _hits(missed: Sequence[Missed]) -> Hits:
    return Hits(
        count=len(missed),
        engineers=len({each.engineer for each in missed if each.engineer}),
        session_ids=tuple(each.session for each in missed),
    )

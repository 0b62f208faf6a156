"""Which gaps a report names, in which order, and what it leaves out."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.flows import FlowMention
from bot.domain.gap_document import gap_document
from bot.domain.gap_facts import (
    DomainCounts,
    FlowCounts,
    GapFacts,
    Hits,
    Missed,
    Pattern,
    StepCounts,
    Timing,
)
from bot.domain.gap_finding import MOST_SAVED_MINUTES, effect_of, rate_at, report_of
from bot.domain.gap_rule import GapLevel
from bot.domain.gaps import (
    Gap,
    GapAction,
    GapEffect,
    GapFigures,
    GapHistory,
    GapKind,
    GapReport,
    PublishedFor,
    Severity,
    StoredGap,
)
from bot.domain.sessions import ProblemDomain
from bot.domain.statistics import Rate
from bot.domain.windows import Window
from tests.conftest import NOW

WINDOW = Window(NOW - timedelta(days=30), NOW, "UTC", 30)
VPN = FlowMention(1, "VPN drops", 2)
MAIL = FlowMention(2, "Mail is late", 1)


def hits(count: int, engineers: int = 2) -> Hits:
    return Hits(count=count, engineers=engineers if count else 0, session_ids=tuple(range(count)))


def a_domain(domain: ProblemDomain | None, ended: int, escalated: int = 0, **changes: Any) -> DomainCounts:
    values: dict[str, Any] = {
        "ended": ended,
        "escalated": hits(escalated),
        "unguided": hits(0),
        "without_flow": Timing(50, 60.0),
        "with_flow": Timing(50, 20.0),
        "flows": 1,
    }
    return DomainCounts(domain=domain, **values | changes)


def some_facts(*domains: DomainCounts, **changes: Any) -> GapFacts:
    overall = a_domain(
        None, sum(each.ended for each in domains), sum(each.escalated.count for each in domains)
    )
    return GapFacts(overall=overall, domains=domains, **changes)


def a_flow(flow: FlowMention, followed: int, escalated: int = 0) -> FlowCounts:
    return FlowCounts(
        flow=flow,
        domain=ProblemDomain.NETWORKING,
        followed=followed,
        ended=followed,
        escalated=hits(escalated),
    )


def report(facts: GapFacts, *stored: StoredGap) -> GapReport:
    return report_of(facts, GapHistory(stored=stored), WINDOW)


def only(facts: GapFacts, *stored: StoredGap) -> Gap:
    (gap,) = report(facts, *stored).gaps
    return gap


ESCALATING = some_facts(
    a_domain(ProblemDomain.NETWORKING, 12, 9), a_domain(ProblemDomain.EMAIL, 100, 18), a_domain(None, 10, 2)
)


def test_a_domain_that_escalates_says_so_with_its_numbers_and_its_size() -> None:
    gap = only(ESCALATING)
    assert (gap.kind, gap.level, gap.action) == (
        GapKind.HIGH_ESCALATION,
        GapLevel.ALERT,
        GapAction.DRAFT_FLOW,
    )
    assert gap.sentence == "9 of 12 escalated (elsewhere 18 %)"
    assert gap.minutes_saved == pytest.approx((9 - 12 * 20 / 110) * 40)
    assert gap.is_measured
    assert gap.severity is Severity.MEDIUM
    assert gap.numbers.startswith(
        "75 % (95 % interval 47 to 91 %) · 99 % certain · 2 engineers · about 4.5 hours"
    )


def test_nothing_is_no_gap() -> None:
    assert report(some_facts()).gaps == ()
    assert report(some_facts(a_domain(ProblemDomain.EMAIL, 1, 1))).gaps == ()


def test_sessions_without_a_domain_are_compared_with_and_are_no_gap_themselves() -> None:
    assert report(some_facts(a_domain(None, 20, 18), a_domain(ProblemDomain.EMAIL, 100, 10))).gaps == ()


def test_a_flow_that_escalates_offers_the_flow() -> None:
    gap = only(some_facts(flows=(a_flow(VPN, 20, 12), a_flow(MAIL, 80, 8))))
    assert (gap.subject, gap.flow, gap.action) == ("VPN drops", VPN, GapAction.OPEN_FLOW)
    assert gap.sentence == "12 of 20 sessions that follow it escalated (other flows 10 %)"


def test_a_step_that_people_leave_offers_the_step() -> None:
    steps = tuple(
        StepCounts(
            flow=VPN, domain=None, node_id=node_id, text="Which <b>build</b>?", asked=20, left=hits(left)
        )
        for node_id, left in (("n1", 1), ("n2", 14), ("n3", 1), ("n4", 2))
    )
    gap = only(some_facts(steps=steps))
    assert (gap.kind, gap.node_id, gap.action) == (GapKind.WEAK_STEP, "n2", GapAction.OPEN_STEP)
    assert (
        gap.sentence == "engineers leave the options at “Which <b>build</b>?” in 14 of 20 (other steps 7 %)"
    )


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"flows": 0, "unguided": hits(14)}, GapLevel.ALERT),
        ({"flows": 1, "unguided": hits(14)}, None),
        ({"flows": 0, "unguided": hits(5)}, None),
        ({"flows": 0, "unguided": hits(14, engineers=1)}, None),
        ({"flows": 0, "unguided": hits(14), "domain": ProblemDomain.OTHER}, None),
    ],
)
def test_a_domain_is_uncharted_when_most_is_resolved_without_any_flow(
    changes: dict[str, Any], level: GapLevel | None
) -> None:
    row = replace(a_domain(ProblemDomain.PRINTING, 16), **changes)
    found = report(some_facts(row)).gaps
    assert [(gap.kind, gap.level) for gap in found] == ([(GapKind.UNCHARTED, level)] if level else [])


def a_pattern(count: int, engineers: int = 2) -> Pattern:
    return Pattern(
        key="pattern:1", name="Wi-Fi certificate", hits=hits(count, engineers), examples=("a", "b")
    )


@pytest.mark.parametrize(
    ("pattern", "level"),
    [
        (a_pattern(2), None),
        (a_pattern(3), GapLevel.WATCH),
        (a_pattern(5), GapLevel.ALERT),
        (a_pattern(9, engineers=1), None),
    ],
)
def test_a_pattern_is_certain_when_it_comes_more_often_than_twice_a_month(
    pattern: Pattern, level: GapLevel | None
) -> None:
    found = report(some_facts(patterns=(pattern,), unmatched=30)).gaps
    assert [gap.level for gap in found] == ([level] if level else [])


def test_of_very_many_sessions_the_newest_tell_how_often_a_pattern_comes() -> None:
    facts = some_facts(patterns=(a_pattern(3),), unmatched=1000, unmatched_days=3)
    gap = only(facts)
    assert gap.level is GapLevel.ALERT
    assert gap.figures.hits_a_month == pytest.approx(30)
    assert gap.sentence == "3 of 1,000 sessions without a flow are alike"


def test_a_flow_is_unfindable_when_it_is_missed_more_often_than_a_match_is_wrong() -> None:
    missed = tuple(Missed(flow_id=1, session=at, engineer=f"U{at % 3}") for at in range(9))
    gap = only(some_facts(flows=(a_flow(VPN, 3), a_flow(MAIL, 30)), missed=missed))
    assert (gap.kind, gap.figures.rate, gap.engineers) == (GapKind.UNFINDABLE, Rate(9, 12), 3)
    assert report(some_facts(flows=(a_flow(VPN, 90),), missed=missed)).gaps == ()
    assert report(some_facts(missed=missed)).gaps == ()  # the flow is out of use


def test_alerts_come_first_and_then_the_most_costly() -> None:
    facts = replace(
        ESCALATING, patterns=(a_pattern(40), replace(a_pattern(3), key="pattern:2")), unmatched=60
    )
    ranked = report(facts).gaps
    assert [gap.key for gap in ranked] == ["pattern:1", "domain:networking", "pattern:2"]
    assert [gap.severity for gap in ranked] == [Severity.HIGH, Severity.MEDIUM, Severity.LOW]


def test_a_saving_that_was_not_measured_is_half_of_the_usual_time_and_never_days() -> None:
    domains = (
        a_domain(ProblemDomain.NETWORKING, 12, 9, with_flow=Timing(), without_flow=Timing(9, 60.0)),
        a_domain(ProblemDomain.EMAIL, 100, 18),
    )
    facts = replace(some_facts(*domains), overall=replace(domains[0], domain=None))
    gap = only(facts)
    assert not gap.is_measured
    assert gap.minutes_saved == pytest.approx((9 - 12 * 0.18) * 30)
    slow = replace(facts, overall=replace(facts.overall, without_flow=Timing(9, 90_000.0)))
    slow = replace(slow, domains=(replace(domains[0], without_flow=Timing()), domains[1]))
    assert only(slow).minutes_saved == pytest.approx((9 - 12 * 0.18) * MOST_SAVED_MINUTES)


def stored(gap: Gap, **changes: Any) -> StoredGap:
    values: dict[str, Any] = {
        "id": 7,
        "kind": gap.kind,
        "key": gap.key,
        "subject": gap.subject,
        "level": gap.level,
        "opened_at": NOW,
        "figures": gap.figures,
    }
    return StoredGap(**values | changes)


def test_what_was_written_down_keeps_its_id_and_since_when_it_is_open() -> None:
    gap = only(ESCALATING, stored(only(ESCALATING)))
    assert (gap.id, gap.opened_at) == (7, NOW)
    assert only(ESCALATING, stored(only(ESCALATING), closed_at=NOW)).opened_at is None


def test_an_open_gap_stays_where_a_new_one_would_only_be_watched() -> None:
    domains = (a_domain(ProblemDomain.NETWORKING, 20, 8), a_domain(ProblemDomain.EMAIL, 100, 20))
    gap = only(some_facts(*domains))
    assert gap.level is GapLevel.WATCH
    assert only(some_facts(*domains), stored(gap, level=GapLevel.ALERT)).level is GapLevel.ALERT
    assert (
        only(some_facts(*domains), stored(gap, level=GapLevel.ALERT, closed_at=NOW)).level is GapLevel.WATCH
    )


@pytest.mark.parametrize(
    ("then", "is_heard"),
    [
        (Rate(9, 12), False),
        (Rate(8, 12), False),
        (Rate(1, 12), True),  # clearly more of them
        (Rate(4, 5), True),  # twice as many a month, and five more
    ],
)
def test_what_is_no_gap_is_quiet_until_clearly_more_goes_wrong(then: Rate, is_heard: bool) -> None:
    gap = only(ESCALATING)
    muted = stored(gap, muted=GapFigures(rate=then, baseline=0.18, certainty=0.99, days=30))
    found = report(ESCALATING, muted)
    assert (len(found.gaps), found.muted) == ((1, 0) if is_heard else (0, 1))


@pytest.mark.parametrize(
    ("since", "is_closed", "effect"),
    [
        (Rate(0, 4), True, GapEffect.TOO_EARLY),
        (Rate(2, 20), False, GapEffect.CLOSED),
        (Rate(9, 20), True, GapEffect.CLOSED),
        (Rate(9, 20), False, GapEffect.NO_EFFECT),
        (Rate(20, 20), False, GapEffect.WORSE),
    ],
)
def test_what_a_flow_did_for_its_gap(since: Rate, is_closed: bool, effect: GapEffect) -> None:
    published = PublishedFor(
        gap_id=7,
        kind=GapKind.HIGH_ESCALATION,
        key="domain:networking",
        subject="Networking",
        before=Rate(12, 20),
        flow=VPN,
        published_at=NOW,
        is_closed=is_closed,
    )
    assert effect_of(published, since).effect is effect


def test_the_share_at_the_place_of_each_kind_of_gap_is_found_again() -> None:
    facts = replace(
        ESCALATING,
        flows=(a_flow(VPN, 10, 4),),
        patterns=(a_pattern(4),),
        unmatched=9,
        missed=(Missed(flow_id=1, session=1, engineer="U1"),),
    )
    assert rate_at(facts, GapKind.HIGH_ESCALATION, "domain:networking") == Rate(9, 12)
    assert rate_at(facts, GapKind.HIGH_ESCALATION, "flow:1") == Rate(4, 10)
    assert rate_at(facts, GapKind.UNCHARTED, "domain:networking") == Rate(0, 12)
    assert rate_at(facts, GapKind.REPEATED_PATTERN, "pattern:1") == Rate(4, 9)
    assert rate_at(facts, GapKind.UNFINDABLE, "flow:1") == Rate(1, 11)
    assert rate_at(facts, GapKind.WEAK_STEP, "step:1:n1") == Rate(0, 0)


def test_the_document_has_every_figure() -> None:
    document = gap_document(report(ESCALATING))
    found: Any = document["gaps"]
    (gap,) = found
    assert (document["period"], document["sessions"]) == ("30d", 122)
    assert (gap["type"], gap["severity"], gap["hits"], gap["n"]) == ("high_escalation", "medium", 9, 12)
    assert gap["sentence"] == "Networking: 9 of 12 escalated (elsewhere 18 %)."

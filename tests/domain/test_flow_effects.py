"""What a digest says that flows did: a change is one only when it is clear."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.flow_effects import FlowEffect, joined_effects
from bot.domain.flows import FlowMention
from bot.domain.gaps import GapEffect, GapKind, GapOutcome, PublishedFor
from bot.domain.sessions import ProblemDomain
from bot.domain.statistics import Change, Rate

FLOW = FlowMention(3, "VPN drops", 1)
CLOSED = GapOutcome(
    published=PublishedFor(
        gap_id=9,
        kind=GapKind.HIGH_ESCALATION,
        key="domain:networking",
        subject="Networking",
        before=Rate(12, 20),
        flow=FLOW,
        published_at=datetime(2026, 11, 1, tzinfo=UTC),
        is_closed=True,
    ),
    since=Rate(3, 24),
    effect=GapEffect.CLOSED,
)


@pytest.mark.parametrize(
    ("before", "since", "change", "said"),
    [
        (Rate(48, 200), Rate(11, 120), Change.DOWN, "escalations in Networking 24 % → 9 %"),
        (Rate(3, 60), Rate(14, 40), Change.UP, "escalations in Networking 5 % → 35 %"),
        (
            Rate(3, 8),
            Rate(0, 3),
            Change.UNCLEAR,
            "no clear change in escalations in Networking (3 of 8 before,",
        ),
        (Rate(0, 0), Rate(0, 9), Change.UNCLEAR, "nothing to compare with yet"),
    ],
)
def test_only_a_clear_change_is_called_one(before: Rate, since: Rate, change: Change, said: str) -> None:
    effect = FlowEffect(flow=FLOW, guided=17, domain=ProblemDomain.NETWORKING, before=before, since=since)
    assert effect.change is change
    assert effect.sentence.startswith(f"guided 17 sessions; {said}")


def test_the_gap_for_which_a_flow_was_drafted_tells_more() -> None:
    used = FlowEffect(flow=FLOW, guided=1, before=Rate(1, 9), since=Rate(1, 9))
    (effect,) = joined_effects([used], [CLOSED])
    assert effect.change is Change.DOWN
    assert effect.sentence.startswith(
        "guided 1 session; its gap “Networking”, closed: 60 % before, 12 % since"
    )


def test_a_flow_that_nobody_followed_still_has_its_gap() -> None:
    (effect,) = joined_effects([], [CLOSED])
    assert effect.flow == FLOW
    assert effect.sentence.startswith("guided no session; its gap “Networking”, closed")


def test_what_is_too_early_to_say_is_no_change() -> None:
    early = replace(CLOSED, since=Rate(0, 4), effect=GapEffect.TOO_EARLY)
    (effect,) = joined_effects([], [early])
    assert effect.change is Change.UNCLEAR

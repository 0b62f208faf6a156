"""Which proposals a reviewer sees, in which order, and what approving one would save."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.homes import followed_in_a_row
from bot.domain.proposals import ProposalKind, ProposalStatus
from bot.domain.review_queue import (
    PAGE,
    QueueEntry,
    QueueFilter,
    QueueKind,
    QueueOrder,
    QueuePage,
    chosen_entries,
    last_page_of,
    minutes_saved,
)
from bot.domain.sessions import AnalysisOutcome

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def an_entry(number: int = 1, **changes: Any) -> QueueEntry:
    values: dict[str, Any] = {
        "id": number,
        "kind": ProposalKind.NEW_FLOW,
        "status": ProposalStatus.PENDING,
        "domain": "networking",
        "since": NOW - timedelta(days=number),
        "sessions": 3,
        "recent": 3,
        "minutes": 40.0,
    }
    return QueueEntry(**values | changes)


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        (QueueFilter(), [5, 4, 3, 2]),
        (QueueFilter(status=None), [5, 4, 3, 2, 1]),
        (QueueFilter(status=ProposalStatus.REJECTED), [1]),
        (QueueFilter(domain="unknown"), [3]),
        (QueueFilter(domain="networking", kind=QueueKind.NEW_FLOW), [5, 4]),
        (QueueFilter(kind=QueueKind.CHANGE), [2]),
        (QueueFilter(min_age_days=4), [5, 4]),
        (QueueFilter(min_sessions=5), [4]),
        (QueueFilter(order=QueueOrder.SUPPORT), [4, 5, 3, 2]),
        (QueueFilter(order=QueueOrder.MINUTES), [2, 4, 5, 3]),
    ],
)
def test_a_filter_takes_and_orders(wanted: QueueFilter, taken: list[int]) -> None:
    entries = [
        an_entry(1, status=ProposalStatus.REJECTED),
        an_entry(2, kind=ProposalKind.BRANCH_ADDITION, minutes=400.0),
        an_entry(3, domain=None, minutes=None),
        an_entry(4, sessions=5),
        an_entry(5),
    ]
    assert [each.id for each in chosen_entries(entries, wanted, 10.0, now=NOW)] == taken


def test_a_flow_saves_what_its_sessions_of_a_month_take_longer_than_guided_ones() -> None:
    assert minutes_saved(an_entry(sessions=30, recent=12, minutes=45.0), 15.0) == pytest.approx(4 * 30)
    assert minutes_saved(an_entry(minutes=10.0), 15.0) == 0


def test_nothing_is_claimed_to_be_saved_that_was_not_measured() -> None:
    assert minutes_saved(an_entry(), None) == minutes_saved(an_entry(minutes=None), 15.0) == 0


def test_of_equals_the_one_that_waits_longest_comes_first() -> None:
    entries = [an_entry(1), an_entry(3), an_entry(2)]
    for order in QueueOrder:
        chosen = chosen_entries(entries, QueueFilter(order=order), None, now=NOW)
        assert [each.id for each in chosen] == [3, 2, 1]


def test_a_page_that_is_gone_becomes_the_last_one() -> None:
    assert [last_page_of(found, 7) for found in (0, 1, PAGE, PAGE + 1, 99)] == [0, 0, 0, 1, 7]
    assert [QueuePage(found=found).pages for found in (0, PAGE, PAGE + 1)] == [1, 1, 2]


def test_sessions_that_followed_a_flow_count_until_the_first_that_did_not() -> None:
    followed, new = AnalysisOutcome.REINFORCED, AnalysisOutcome.PROPOSED
    assert followed_in_a_row([followed, followed, new, followed]) == 2
    assert followed_in_a_row([]) == followed_in_a_row([None, followed]) == 0

from dataclasses import replace
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.dashboard import draw_dashboard
from bot.charts.resolution_times import legend_of, ticks_between
from bot.domain.dashboard import CoverageRow, Dashboard, DayRow, DomainRow, TierRow, Totals
from bot.domain.statistics import Minutes
from tests.charts.makers import a_dashboard, a_quiet_dashboard, a_window, an_empty_dashboard, size_of


@pytest.mark.parametrize("dashboard", [a_dashboard(), a_quiet_dashboard(), an_empty_dashboard()])
def test_every_dashboard_is_1600_by_1000(dashboard: Dashboard) -> None:
    assert size_of(draw_dashboard(dashboard).png) == (1600, 1000)


def test_equal_values_are_equal_bytes() -> None:
    assert draw_dashboard(a_dashboard()).png == draw_dashboard(a_dashboard()).png


def test_png_tells_neither_date_nor_program() -> None:
    png = draw_dashboard(a_dashboard()).png
    assert b"tEXt" not in png
    assert b"tIME" not in png


def test_alt_text_begins_with_the_takeaway() -> None:
    alt = draw_dashboard(a_dashboard()).alt
    assert alt.startswith("412 sessions in 30 days, 78 % resolved, median 31 minutes. 1 to 30 November 2026")
    assert "half of them within 31 minutes, 9 of 10 within 2.7 hours" in alt


def test_alt_text_names_domains_tiers_and_coverage() -> None:
    alt = draw_dashboard(a_dashboard()).alt
    assert "Networking 120 (75 % resolved), Microsoft 365 86" in alt
    assert "guided 190 sessions (90 % resolved), exploring" in alt
    assert "unknown 5 sessions (2 of 5 resolved)" in alt
    assert "Networking 0 % (no flow)" in alt


def test_few_sessions_are_told_as_counts() -> None:
    alt = draw_dashboard(a_quiet_dashboard()).alt
    assert alt.startswith("3 sessions in 30 days, 2 of 3 resolved, median 34 minutes.")
    assert "%" not in alt
    assert "9 of 10" not in alt


def test_empty_dashboard_says_so() -> None:
    picture = draw_dashboard(an_empty_dashboard())
    assert picture.alt.startswith("No sessions in 7 days. 24 to 30 November 2026, Europe/Berlin.")


def test_a_narrowed_dashboard_names_its_domain() -> None:
    alt = draw_dashboard(replace(a_dashboard(), domain="active_directory")).alt
    assert "Only Active Directory. 1 to 30 November" in alt


def test_file_name_tells_period_and_last_day() -> None:
    assert draw_dashboard(a_dashboard(90)).filename == "flowpilot-90-days-to-2026-11-30.png"


def test_rare_domains_are_folded_together() -> None:
    rows = tuple(DomainRow(domain=f"domain {index:02}", total=20 - index) for index in range(13))
    alt = draw_dashboard(replace(a_dashboard(), domains=rows)).alt
    assert "domain 06 14 (0 % resolved) and 6 more 63 (0 % resolved)" in alt
    assert "domain 07" not in alt


def test_one_day_without_minutes_is_drawn() -> None:
    window = a_window(1)
    dashboard = replace(
        an_empty_dashboard(1),
        totals=Totals(sessions=1),
        domains=(DomainRow(domain="unknown", total=1),),
        tiers=(TierRow(tier="unknown", sessions=1),),
        coverage=(CoverageRow(domain="email", flows=2),),
        trend=(DayRow(on=window.dates[0], resolved=1),),
    )
    picture = draw_dashboard(dashboard)
    assert picture.alt.startswith("1 session in one day, 0 of 1 resolved. 30 November 2026, Europe/Berlin.")
    assert "Email no sessions (2 flows)" in picture.alt


@pytest.mark.parametrize("minutes", [0.0, 0.4, 31.0, 1e7])
def test_any_duration_fits_the_scale(minutes: float) -> None:
    day = DayRow(on=a_window(1).dates[0], resolved=40_000, median_minutes=minutes, p90_minutes=minutes)
    wall = Minutes(n=40_000, median=minutes, p90=minutes)
    assert draw_dashboard(replace(an_empty_dashboard(1), trend=(day,), wall=wall)).png


def test_texts_from_people_are_drawn_as_they_are() -> None:
    rows = (DomainRow(domain="$x^2$ 打印机 \ud800 \\frac{1}{2} _ é", total=12),)
    assert draw_dashboard(replace(a_dashboard(), domains=rows, domain="$\\oops$")).png


@pytest.mark.parametrize(
    ("resolved", "names"),
    [
        ((1, 4, 0), ["median", "fewer than 5"]),
        ((5, 16), ["median", "9 of 10 within"]),
        ((2, 9), ["median", "fewer than 5", "9 of 10 within"]),
    ],
)
def test_days_of_few_sessions_are_marked_and_have_no_band(
    resolved: tuple[int, ...], names: list[str]
) -> None:
    days = [DayRow(on=a_window().dates[at], resolved=number) for at, number in enumerate(resolved)]
    assert [swatch.name for swatch in legend_of(days)] == names


@given(st.lists(st.floats(1, 525_600), min_size=1, max_size=5))
def test_labels_of_the_scale_lie_around_all_durations(minutes: list[float]) -> None:
    ticks = ticks_between([*minutes, nan])
    assert ticks[0] <= min(minutes) <= max(minutes) <= ticks[-1]
    assert 2 <= len(ticks) <= 4

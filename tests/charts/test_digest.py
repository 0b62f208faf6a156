from dataclasses import replace

from bot.charts.digest import draw_digest
from bot.domain.dashboard import DomainRow
from tests.charts.makers import a_dashboard, a_digest, an_empty_dashboard, size_of


def test_a_week_without_sessions_has_no_picture() -> None:
    assert draw_digest(a_digest(an_empty_dashboard())) is None


def test_the_picture_grows_with_the_domains() -> None:
    many, one = a_dashboard(7), replace(a_dashboard(7), domains=(DomainRow(domain="email", total=4),))
    heights = []
    for dashboard in (one, many):
        picture = draw_digest(a_digest(dashboard))
        assert picture
        width, height = size_of(picture.png)
        assert width == 1600
        heights.append(height)
    assert 400 < heights[0] < heights[1] < 800


def test_alt_text_tells_week_domains_and_escalations() -> None:
    picture = draw_digest(a_digest(a_dashboard(7)))
    assert picture
    assert picture.alt.startswith(
        "412 sessions in 7 days, 78 % resolved, median 31 minutes. 24 to 30 November"
    )
    assert "Networking 120 (75 % resolved)" in picture.alt
    assert picture.alt.endswith(
        "Most escalated: Active Directory 8 of 64, Email 3 of 24 and Endpoint 6 of 48."
    )
    assert picture.filename == "flowpilot-digest-2026-11-30.png"


def test_equal_weeks_are_equal_bytes() -> None:
    assert draw_digest(a_digest(a_dashboard(7))) == draw_digest(a_digest(a_dashboard(7)))

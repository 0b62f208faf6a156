import pytest

from bot.charts.parts import draw_part
from bot.charts.registry import Part
from tests.charts.makers import a_dashboard, a_quiet_dashboard, an_empty_dashboard, size_of


@pytest.mark.parametrize(
    ("part", "takeaway", "quiet"),
    [
        (
            Part.TIME,
            "Half of 321 resolved sessions took up to 31 minutes",
            "Half of 2 resolved sessions took up to 34 minutes",
        ),
        (Part.DOMAINS, "Networking: 120 of 412 sessions", "Networking: 3 of 3 sessions"),
        (Part.TIERS, "46 % of 412 sessions guided by a flow", "0 of 3 sessions guided by a flow"),
        (Part.COVERAGE, "Networking: 120 sessions and no flow", "Networking: 3 sessions and no flow"),
    ],
)
def test_every_part_is_drawn_under_its_takeaway(part: Part, takeaway: str, quiet: str) -> None:
    picture = draw_part(a_dashboard(), part)
    assert size_of(picture.png) == (1600, 760)
    assert picture.alt.startswith(f"{takeaway}. 1 to 30 November 2026, Europe/Berlin.")
    assert picture.filename == f"flowpilot-{part}-30-days-to-2026-11-30.png"
    assert draw_part(a_quiet_dashboard(), part).alt.startswith(f"{quiet}.")


def test_a_part_of_nothing_says_so() -> None:
    assert draw_part(an_empty_dashboard(), Part.TIME).alt.startswith("No sessions in 7 days.")

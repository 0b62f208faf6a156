"""Which problems may be of one kind."""

import pytest

from bot.ai.similar import is_alike

VPN = ["VPN drops every ten minutes", "Remote access keeps cutting out"]


@pytest.mark.parametrize(
    ("problem", "alike"),
    [
        ("The VPN dropped again after ten minutes", True),
        ("Remote access is cut off all the time", True),
        ("Rain drops on the office scanner", False),
        ("Outlook asks for the password", False),
        ("", False),
    ],
)
def test_a_problem_is_like_any_of_those_that_are_known(problem: str, alike: bool) -> None:
    assert is_alike(problem, VPN) is alike
    assert not is_alike(problem, [])

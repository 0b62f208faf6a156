"""Problems that are alike find each other, and strangers stay alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ai.patterns import groups_of_alike

WIFI = ["Guest Wi-Fi: certificate expired", "The certificate of the guest Wi-Fi has expired"]
PRINTER = ["Printer on floor two shows offline", "Printer shows as offline on the second floor"]


def test_the_same_in_other_words_is_one_group_and_the_largest_comes_first() -> None:
    problems = [PRINTER[0], WIFI[0], PRINTER[1], WIFI[1], PRINTER[0], "Mailbox is full"]
    assert groups_of_alike(problems) == [[0, 2, 4], [1, 3], [5]]


THINGS = (
    "monitor keyboard badge laptop phone headset cable projector scanner tablet switch router firewall mailbox calendar"
    " password licence folder backup camera"
)


def test_the_words_of_a_form_make_nothing_alike() -> None:
    """Made by the same form, about twenty different things, one of which came three times."""
    problems = [f"Category of this incident: {thing}, reported by the portal" for thing in THINGS.split()]
    problems += problems[:1] * 2
    found = [group for group in groups_of_alike(problems) if len(group) > 1]
    assert found[0] == [0, 20, 21]
    assert max(map(len, found)) == 3


@settings(max_examples=30)
@given(st.lists(st.text(max_size=40), max_size=30))
def test_every_problem_is_in_one_group(problems: list[str]) -> None:
    groups = groups_of_alike(problems)
    assert sorted(at for group in groups for at in group) == list(range(len(problems)))
    for group in groups:
        assert len(set(group)) == len(group)

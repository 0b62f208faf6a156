"""How alike two wordings are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.ai.outline import similarity
from bot.ai.wording import likeness, mention_of, together, wording_of

LAMP = "Is the lamp on the router green?"


def test_same_words_in_other_forms_and_order_are_the_same() -> None:
    assert similarity(LAMP, LAMP) > 0.99
    assert similarity(LAMP, "On the router, are the lamps green?") > 0.5
    assert similarity(LAMP, "Was the spooler restarted?") < 0.1


def test_which_of_two_addresses_is_meant_does_not_change_the_question() -> None:
    assert similarity("Ping <ip address 2>", "Ping <ip address>") > 0.99


def test_answer_helps_to_tell_what_was_asked() -> None:
    bare = likeness([wording_of("Does it light up?")], [wording_of(LAMP)])[0, 0]
    answered = likeness([mention_of("Does it light up?", "yes, the lamp is green")], [mention_of(LAMP, "")])[
        0, 0
    ]
    assert answered > bare


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_lies_between_0_and_1_whichever_comes_first(first: str, second: str) -> None:
    there = likeness([wording_of(first)], [wording_of(second)])[0, 0]
    back = likeness([wording_of(second)], [wording_of(first)])[0, 0]
    assert 0 <= there <= 1.0000001
    assert np.isclose(there, back)
    assert 0 <= similarity(first, second) <= 1


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4), st.lists(st.text(max_size=20), max_size=4))
def test_table_holds_each_pair(first: list[str], second: list[str]) -> None:
    rows, columns = [wording_of(text) for text in first], [wording_of(text) for text in second]
    table = likeness(rows, columns)
    assert table.shape == (len(first), len(second))
    for row, left in enumerate(rows):
        for column, right in enumerate(columns):
            assert np.isclose(table[row, column], likeness([left], [right])[0, 0])


def test_wordings_together_are_like_each_of_them() -> None:
    both = together([wording_of("printer offline"), wording_of("spooler stopped")])
    assert np.isclose(np.linalg.norm(both.weights), 1)
    assert min(likeness([both], [wording_of("printer offline"), wording_of("spooler stopped")])[0]) > 0.6

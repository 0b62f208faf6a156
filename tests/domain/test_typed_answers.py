"""Which answer words in a thread are."""

import pytest

from bot.domain.session_acts import Answer, Pause, Resolve, SayElse
from bot.domain.trees import Node, NodeKind, Option
from bot.domain.typed_answers import OpenStep, Typed, WrittenEarlierError
from tests.domain.test_troubleshooting import BEN, TREE, after, begun

ASKED, EARLIER, LATER = "1795340000.000200", "1795340000.000199", "1795340000.000201"
STEP = OpenStep(live=begun(), node=TREE.nodes["n1"], ts=ASKED)
SPACED = Node(kind=NodeKind.QUESTION, text="Which?", options=(Option("o1", "At the  desk.", "n2"),))


def typed(words: str, ts: str = LATER) -> Typed:
    return Typed(by=BEN, words=words, ts=ts)


@pytest.mark.parametrize("words", ["No", "no", " NO ", "no.", "No ."])
def test_case_spaces_and_a_dot_at_the_end_do_not_matter(words: str) -> None:
    answer = Answer(by=BEN, turn=1, option=1)
    assert STEP.labelled_by(typed(words)) == STEP.answered_by(typed(words)) == answer


@pytest.mark.parametrize("words", ["no idea", "n", "no..", "", "."])
def test_other_words_are_an_answer_only_to_who_is_spoken_to(words: str) -> None:
    assert STEP.labelled_by(typed(words)) is None
    assert STEP.answered_by(typed(words)) == SayElse(by=BEN, turn=1, text=words)


def test_what_does_not_matter_in_words_does_not_in_labels() -> None:
    step = OpenStep(live=begun(), node=SPACED, ts=ASKED)
    assert step.labelled_by(typed("at the desk")) == Answer(by=BEN, turn=1, option=0)


@pytest.mark.parametrize(("asked", "ts"), [(ASKED, EARLIER), (ASKED, ASKED), (None, LATER)])
def test_nothing_answers_what_did_not_stand_there_yet(asked: str | None, ts: str) -> None:
    step = OpenStep(live=begun(), node=TREE.nodes["n1"], ts=asked)
    assert step.labelled_by(typed("No", ts)) is None
    with pytest.raises(WrittenEarlierError, match="Step 1 was asked after you wrote that"):
        step.answered_by(typed("No", ts))


def test_a_session_that_halts_has_no_labels_and_says_why_itself() -> None:
    for live in (after(Pause(by=BEN)), after(Resolve(by=BEN, resolution="Switched it on"))):
        step = OpenStep(live=live, node=TREE.nodes["n1"], ts=None)
        assert step.labelled_by(typed("No")) is None
        assert step.answered_by(typed("No")) == Answer(by=BEN, turn=live.turn, option=1)

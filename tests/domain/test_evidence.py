"""What stands behind the steps of a tree."""

from dataclasses import replace

from bot.domain.evidence import answers_taken, written_at
from bot.domain.sessions import Session
from bot.domain.trees import Evidence, FlowTree
from tests.domain.trees_made import fix, question
from tests.storage.makers import a_session, a_step


def session(number: int, **step: object) -> Session:
    given = a_session(steps=(a_step(**step),), resolution=f"Fixed {number}.")
    return Session(id=number, **{name: getattr(given, name) for name in given.__dataclass_fields__})


TREE = FlowTree(
    "n1",
    {
        "n1": replace(
            question("Is it on?", ("Yes", "n2"), ("No", "n3"), ("Not sure", "n3")),
            evidence=frozenset(Evidence(number, 0) for number in range(1, 6)),
        ),
        "n2": replace(fix("Wait."), evidence=frozenset({Evidence(1, 1), Evidence(4, 1)})),
        "n3": replace(fix("Switch it on."), evidence=frozenset({Evidence(2, 1), Evidence(3, 1)})),
    },
)


def test_answers_count_by_their_words_and_else_by_where_the_session_goes_on() -> None:
    known = {1: session(1, choice="yes"), 2: session(2, choice=None, answer_text="Not sure ")}
    assert answers_taken(TREE, "n1", known) == {"o1": 2, "o2": 0, "o3": 1}


def test_of_what_was_written_each_text_counts_once_newest_first() -> None:
    known = {
        1: session(1, answer_text="the light is off"),
        2: session(2, answer_text=" the light is off "),
        3: session(3, answer_text=None),
        4: session(4, answer_text="it hums"),
    }
    assert written_at(TREE.nodes["n1"], known) == ["it hums", "the light is off"]
    assert written_at(TREE.nodes["n2"], known) == ["Fixed 4.", "Fixed 1."]

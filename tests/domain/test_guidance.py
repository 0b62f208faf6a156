"""What people are told where no flow leads."""

from dataclasses import replace

import pytest

from bot.domain.guidance import Check, CheckSource, Guidance, Known, options_of, suggest
from bot.domain.session_acts import (
    Act,
    Advise,
    Answer,
    AskAgain,
    Back,
    LogStep,
    NoHelp,
    Pause,
    Propose,
    Resume,
    SayElse,
    Skip,
    TakeUp,
)
from bot.domain.sessions import ConfidenceTier, StepKind
from bot.domain.spending import Trouble
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.troubleshooting import NOT_WORKED, NotPossibleNowError, Troubleshooting, act, is_repeated
from tests.conftest import NOW
from tests.storage.makers import a_live_session, as_session

BEN = "UBEN"


def seen_by(*session_ids: int) -> frozenset[Evidence]:
    return frozenset(Evidence(session_id, 0) for session_id in session_ids)


def a_question(text: str, *session_ids: int, to: str = "end") -> Node:
    options = (Option("o1", "Yes", to), Option("o2", "No", "end"))
    return Node(kind=NodeKind.QUESTION, text=text, options=options, evidence=seen_by(*session_ids))


END = Node(kind=NodeKind.RESOLUTION, text="New fuse", evidence=seen_by(1, 2, 3, 4))
FUSES = FlowTree(
    "n1",
    {
        "n1": a_question("Is the fuse blown?", 1, 2, to="n2"),
        "n2": a_question("Is it hot?", 1, 2, 3),
        "end": END,
    },
)
DOORS = FlowTree("n1", {"n1": a_question("IS THE FUSE BLOWN", 4), "end": END})
KNOWN = [Known(FUSES, frozenset({1, 2, 3})), Known(DOORS, frozenset({4, 5}))]
FUSE = Check(
    node=Node(kind=NodeKind.QUESTION, text="Is the fuse blown?", options=options_of(["Yes", "No"])),
    source=CheckSource.SESSIONS,
    hits=3,
    of=5,
)
HOT = replace(FUSE, node=replace(FUSE.node, text="Is it hot?"))


def test_what_most_of_the_similar_sessions_checked_is_suggested() -> None:
    assert suggest([], KNOWN) == (FUSE, HOT)
    assert suggest(["Is the fuse blown"], KNOWN) == (HOT,)
    assert suggest([], [Known(FUSES, frozenset({9}))]) == ()
    assert suggest([], []) == ()


def test_no_more_than_three_are_suggested() -> None:
    nodes = {f"n{n}": a_question(f"Question {n}?", 1, to=f"n{n + 1}") for n in range(1, 6)}
    tree = FlowTree("n1", {**nodes, "n6": END, "end": END})
    asked = [check.node.text for check in suggest([], [Known(tree, frozenset({1}))])]
    assert asked == ["Question 1?", "Question 2?", "Question 3?"]


def worked(*acts: Act) -> Troubleshooting:
    """A session in discovery."""
    session = as_session(a_live_session(confidence_tier=ConfidenceTier.DISCOVERY))
    live = Troubleshooting(session=session, revision=1, turn=1, touched_at=NOW)
    for wanted in acts:
        live = act(live, wanted, None, at=NOW)
    return live


ADVICE = Advise(turn=1, suggested=(FUSE, HOT), asks_model=True)
WHY = Node(kind=NodeKind.QUESTION, text="Since when?", options=options_of(["Today", "Longer"]))
FIX = Node(kind=NodeKind.RESOLUTION, text="Restart the controller")


def test_a_check_that_is_taken_up_is_asked_in_its_turn_and_logged() -> None:
    live = worked(ADVICE, TakeUp(by=BEN, turn=1, number=0))
    assert (live.turn, live.asked(None)) == (1, FUSE.node)
    (step,) = act(live, Answer(by=BEN, turn=1, option=1), None, at=NOW).session.steps
    assert (step.prompt, step.options, step.choice) == ("Is the fuse blown?", ("Yes", "No"), "No")
    assert step.place is None


def test_of_two_checks_the_first_that_is_taken_up_is_asked() -> None:
    live = worked(ADVICE, TakeUp(by=BEN, turn=1, number=0))
    assert is_repeated(live, TakeUp(by=BEN, turn=1, number=0))
    assert not is_repeated(live, TakeUp(by=BEN, turn=1, number=1))
    with pytest.raises(NotPossibleNowError, match="asked already"):
        act(live, TakeUp(by=BEN, turn=1, number=1), None, at=NOW)
    with pytest.raises(NotPossibleNowError, match="moved on"):
        act(live, Propose(turn=1, node=WHY), None, at=NOW)


def test_what_a_model_proposes_is_asked_and_its_fix_can_fail() -> None:
    live = worked(ADVICE, Propose(turn=1, node=WHY), Answer(by=BEN, turn=1, option=0))
    assert (live.guidance, live.wants_advice) == (Guidance(), True)
    live = act(live, Advise(turn=2, asks_model=True), None, at=NOW)
    live = act(live, Propose(turn=2, node=FIX), None, at=NOW)
    live = act(live, NoHelp(by=BEN, turn=2), None, at=NOW)
    assert [step.choice for step in live.session.steps] == ["Today", NOT_WORKED]


@pytest.mark.parametrize(
    "before",
    [
        [Propose(turn=1, node=WHY), Answer(by=BEN, turn=1, option=0)],
        [Propose(turn=1, node=WHY), Skip(by=BEN, turn=1)],
        [Propose(turn=1, node=WHY), SayElse(by=BEN, turn=1, text="last week")],
        [Propose(turn=1, node=WHY), LogStep(by=BEN, turn=1, kind=StepKind.ACTION, checked="It", found="x")],
    ],
)
def test_a_model_asks_nothing_twice_answered_or_not(before: list[Act]) -> None:
    again = Propose(turn=2, node=replace(WHY, text="since WHEN"))
    live = worked(ADVICE, *before, Advise(turn=2, asks_model=True), again)
    assert (live.guidance.asked, live.guidance.trouble) == (None, Trouble.UNREADABLE)


def test_what_comes_too_late_changes_nothing() -> None:
    logged = LogStep(by=BEN, turn=1, kind=StepKind.ACTION, checked="It", found="x")
    for meanwhile in (logged, AskAgain(by=BEN)):
        with pytest.raises(NotPossibleNowError, match="moved on"):
            worked(ADVICE, meanwhile, Propose(turn=1, node=WHY))
    with pytest.raises(NotPossibleNowError, match="moved on"):
        worked(logged, ADVICE)


def test_a_pause_does_not_keep_the_model_from_answering() -> None:
    live = worked(ADVICE, Pause(by=BEN), Propose(turn=1, node=WHY), Resume(by=BEN))
    assert live.asked(None) == WHY


def test_back_asks_a_check_anew_without_the_model() -> None:
    live = worked(ADVICE, Propose(turn=1, node=WHY), Answer(by=BEN, turn=1, option=0), Back(by=BEN, turn=2))
    assert (live.asked(None), live.wants_advice) == (WHY, False)
    assert live.guidance.asked == Check(node=WHY, source=CheckSource.EARLIER)

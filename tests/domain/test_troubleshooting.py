"""Whatever people do in a thread, in whatever order: no step is lost or doubled, and ends are final."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.errors import FlowPilotError
from bot.domain.guidance import Check, CheckSource, options_of
from bot.domain.merging import label_of
from bot.domain.session_acts import (
    Abandon,
    Act,
    Advise,
    Answer,
    AskAgain,
    Back,
    Escalate,
    Follow,
    LogStep,
    NoHelp,
    Pause,
    Propose,
    Resolve,
    Resume,
    SayElse,
    Skip,
    TakeOver,
    TakeUp,
)
from bot.domain.sessions import (
    MAX_STEPS,
    ConfidenceTier,
    Session,
    SessionSource,
    SessionStatus,
    Step,
    StepKind,
)
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.troubleshooting import (
    NotPossibleNowError,
    SamePersonError,
    SessionHaltedError,
    SessionOverError,
    StepPassedError,
    TooManyStepsError,
    Troubleshooting,
    act,
    is_repeated,
    suggested_resolution,
)
from tests.conftest import NOW

ADA, BEN = "UADA", "UBEN"
TREE = FlowTree(
    "n1",
    {
        "n1": Node(
            kind=NodeKind.QUESTION,
            text="Is it on?",
            options=(Option("o1", "Yes", "n2"), Option("o2", "No", "n3")),
        ),
        "n2": Node(kind=NodeKind.ACTION, text="Restart it", options=(Option("o1", "It worked", "n4"),)),
        "n3": Node(
            kind=NodeKind.RESOLUTION,
            text="Switch it on",
            evidence=frozenset({Evidence(1, 1), Evidence(2, 1)}),
        ),
        "n4": Node(kind=NodeKind.ESCALATION, text="Ask the vendor"),
    },
)


def begun(node: str | None = "n1") -> Troubleshooting:
    session = Session(
        id=1,
        external_id="S-1",
        source=SessionSource.SLACK,
        problem="It is off",
        status=SessionStatus.ACTIVE,
        created_at=NOW,
        engineer=BEN,
        confidence_tier=ConfidenceTier.GUIDED,
    )
    flow = (7, 2) if node else None
    return Troubleshooting(session=session, revision=1, turn=1, flow=flow, node=node, touched_at=NOW)


def after(*acts: Act, start: Troubleshooting | None = None, minutes: int = 1) -> Troubleshooting:
    """The session after the acts, one every few minutes."""
    live = start or begun()
    for number, wanted in enumerate(acts, 1):
        live = act(live, wanted, TREE, at=NOW + timedelta(minutes=minutes * number))
    return live


def test_an_answer_leads_on_and_says_who_gave_it() -> None:
    live = after(Answer(by=ADA, turn=1, option=0), Answer(by=BEN, turn=2, option=0))
    assert [(step.prompt, step.choice, step.by) for step in live.session.steps] == [
        ("Is it on?", "Yes", ADA),
        ("Restart it", "It worked", BEN),
    ]
    assert (live.node, live.turn, live.revision) == ("n4", 3, 3)


def test_a_click_on_a_passed_step_names_both() -> None:
    with pytest.raises(StepPassedError, match=r"That was step 1; now it is step 2\."):
        after(Answer(by=ADA, turn=1, option=0), Answer(by=BEN, turn=1, option=1))


@pytest.mark.parametrize(
    ("start", "wanted", "another"),
    [
        ("n1", Answer(by=ADA, turn=1, option=1), Answer(by=ADA, turn=1, option=0)),
        ("n1", SayElse(by=ADA, turn=1, text="It smokes "), SayElse(by=ADA, turn=1, text="It burns")),
        ("n1", Skip(by=ADA, turn=1), Skip(by=BEN, turn=1)),
        ("n3", NoHelp(by=ADA, turn=1), Skip(by=ADA, turn=1)),
        (
            None,
            LogStep(by=ADA, turn=1, kind=StepKind.ACTION, checked="Fuse", found="Blown"),
            LogStep(by=ADA, turn=1, kind=StepKind.ACTION, checked="Fuse", found="Whole"),
        ),
    ],
)
def test_a_click_that_comes_twice_is_known_again(start: str | None, wanted: Act, another: Act) -> None:
    live = begun(start)
    assert not is_repeated(live, wanted)
    done = after(wanted, start=live)
    assert is_repeated(done, wanted)
    assert not is_repeated(done, another)
    assert not is_repeated(done, Pause(by=ADA))


def test_own_words_leave_the_flow_unless_they_are_an_answer() -> None:
    assert after(SayElse(by=ADA, turn=1, text=" no ")).session.steps[0].choice == "No"
    left = after(SayElse(by=ADA, turn=1, text="It smokes"))
    assert (left.node, left.flow, left.session.steps[0].answer_text) == (None, (7, 2), "It smokes")


def test_a_skipped_step_goes_where_most_went() -> None:
    live = after(Skip(by=ADA, turn=1))
    assert live.node == "n3"
    assert suggested_resolution(live, TREE) == "Switch it on"


def test_back_asks_the_last_step_anew_even_after_the_flow_was_left() -> None:
    live = after(SayElse(by=ADA, turn=1, text="It smokes"), Back(by=ADA, turn=2))
    assert (live.node, live.session.steps, live.turn) == ("n1", (), 3)
    with pytest.raises(NotPossibleNowError):
        after(Back(by=ADA, turn=1))


def test_paused_time_does_not_count_however_the_pause_ends() -> None:
    assert after(Pause(by=ADA), Resume(by=BEN)).session.paused == timedelta(minutes=1)
    resolved = after(Pause(by=ADA), Resolve(by=BEN, resolution="It is on"))
    assert resolved.session.paused == timedelta(minutes=1)
    with pytest.raises(SessionHaltedError, match="paused"):
        after(Pause(by=ADA), Answer(by=BEN, turn=1, option=0))


def test_who_asks_for_help_cannot_give_it() -> None:
    asked = after(Escalate(by=BEN, reason="No key", to=ADA))
    with pytest.raises(SamePersonError):
        act(asked, TakeOver(by=BEN), TREE, at=NOW)
    taken = act(asked, TakeOver(by=ADA), TREE, at=NOW)
    assert (taken.status, taken.taken_by) == (SessionStatus.ESCALATED, ADA)
    with pytest.raises(SessionOverError):
        act(taken, TakeOver(by="UEVE"), TREE, at=NOW)


def test_no_session_has_more_than_thirty_steps() -> None:
    def logged(turn: int) -> LogStep:
        return LogStep(by=BEN, turn=turn, kind=StepKind.QUESTION, checked="The light", found="Red")

    live = after(*(logged(turn) for turn in range(1, MAX_STEPS + 1)), start=begun(None))
    with pytest.raises(TooManyStepsError):
        act(live, logged(live.turn), None, at=NOW)
    assert act(live, Resolve(by=BEN, resolution="New bulb"), None, at=NOW).session.is_worth_analysing


@pytest.mark.parametrize(
    "wanted",
    [
        SayElse(by=ADA, turn=1, text=" "),
        Resolve(by=ADA, resolution=""),
        Escalate(by=ADA, reason="\n", to=BEN),
        Answer(by=ADA, turn=1, option=9),
        NoHelp(by=ADA, turn=1),
        LogStep(by=ADA, turn=1, kind=StepKind.ACTION, checked="x", found="y"),
        Resume(by=ADA),
        TakeOver(by=ADA),
        Follow(by=ADA, turn=1, flow=(8, 1), root="n1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(wanted: Act) -> None:
    with pytest.raises(NotPossibleNowError):
        after(wanted)


CHECK = Check(
    node=Node(kind=NodeKind.QUESTION, text="Is it hot?", options=options_of(["Yes", "No"])),
    source=CheckSource.SESSIONS,
)
people = st.sampled_from([ADA, BEN])
words = st.sampled_from(["", "no", "It smokes"])


class AnyOrder(RuleBasedStateMachine):
    """Every act may come at any time, meant for this turn or an earlier one, and may come twice."""

    done: Bundle[Act] = Bundle("done")

    @initialize(in_flow=st.booleans())
    def begin(self, in_flow: bool) -> None:
        self.live = begun("n1" if in_flow else None)
        self.steps: list[Step] = []
        self.minutes = 0
        self.turns = {1}

    def wanted(self, kind: str, by: str, text: str, number: int, turn: int) -> Act:
        acts: dict[str, Act] = {
            "answer": Answer(by=by, turn=turn, option=number),
            "else": SayElse(by=by, turn=turn, text=text),
            "skip": Skip(by=by, turn=turn),
            "no help": NoHelp(by=by, turn=turn),
            "log": LogStep(by=by, turn=turn, kind=StepKind.ACTION, checked="The fuse", found=text),
            "back": Back(by=by, turn=turn),
            "follow": Follow(by=by, turn=turn, flow=(7, 2), root="n1"),
            "take up": TakeUp(by=by, turn=turn, number=number),
            "advise": Advise(turn=turn, suggested=(CHECK,) * 2, asks_model=by == ADA),
            "propose": Propose(turn=turn, node=CHECK.node if text else None),
            "again": AskAgain(by=by),
            "pause": Pause(by=by),
            "resume": Resume(by=by),
            "escalate": Escalate(by=by, reason=text, to=ADA),
            "take over": TakeOver(by=by),
            "resolve": Resolve(by=by, resolution=text),
            "abandon": Abandon(by=by),
        }
        return acts[kind]

    @rule(
        target=done,
        kind=st.sampled_from(
            [
                *["answer", "else", "skip", "no help", "log", "back", "follow", "again", "pause", "resume"],
                *["take up", "advise", "propose"],
            ]
        ),
        by=people,
        text=words,
        number=st.integers(0, 2),
        ago=st.sampled_from([0, 0, 0, 1, 2]),
    )
    def go_on(self, kind: str, by: str, text: str, number: int, ago: int) -> Act:
        wanted = self.wanted(kind, by, text, number, max(1, self.live.turn - ago))
        self.do(wanted)
        return wanted

    @rule(
        target=done,
        kind=st.sampled_from(["escalate", "take over", "resolve", "abandon"]),
        by=people,
        text=words,
    )
    def end(self, kind: str, by: str, text: str) -> Act:
        wanted = self.wanted(kind, by, text, 0, self.live.turn)
        self.do(wanted)
        return wanted

    @rule(wanted=done)
    def repeat(self, wanted: Act) -> None:
        self.do(wanted)

    def do(self, wanted: Act) -> None:
        self.minutes += 1
        before, at = self.live, NOW + timedelta(minutes=self.minutes)
        try:
            self.live = act(before, wanted, TREE if before.flow else None, at=at)
        except FlowPilotError:
            return
        assert before.is_open
        assert self.live.revision == before.revision + 1
        match wanted:
            case Answer() | SayElse() | Skip() | NoHelp() | LogStep():
                assert wanted.turn == before.turn
                self.steps.append(self.live.session.steps[-1])
                assert (self.steps[-1].by, self.steps[-1].turn) == (wanted.by, wanted.turn)
            case Back():
                self.steps.pop()
            case Resolve() if (asked := before.asked(TREE)) and before.node and not asked.kind.is_end:
                if len(self.steps) < MAX_STEPS:
                    self.steps.append(self.live.session.steps[-1])
                    assert (self.steps[-1].prompt, self.steps[-1].answer_text) == (
                        asked.text,
                        wanted.resolution,
                    )
        asked = before.asked(TREE)
        assert self.live.turn != before.turn or asked in (None, self.live.asked(TREE))
        if self.live.turn != before.turn:
            assert self.live.turn not in self.turns
            self.turns.add(self.live.turn)

    @invariant()
    def steps_are_those_that_were_taken(self) -> None:
        assert list(self.live.session.steps) == self.steps
        assert len(self.steps) <= MAX_STEPS
        turns = [step.turn for step in self.steps]
        assert len(turns) == len(set(turns))

    @invariant()
    def the_state_makes_sense(self) -> None:
        live = self.live
        assert (live.status is SessionStatus.PAUSED) == (live.paused_at is not None)
        assert (live.status is SessionStatus.RESOLVED) == (live.session.resolved_at is not None)
        assert live.status is not SessionStatus.ESCALATED or live.taken_by != live.escalated_by
        assert live.node is None or live.node in TREE.nodes
        assert live.session.paused <= timedelta(minutes=self.minutes)


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_any_order = AnyOrder.TestCase


def test_a_flow_that_was_wrong_and_of_which_no_answer_applied_teaches_nothing() -> None:
    left = after(
        SayElse(by=BEN, turn=1, text="Nothing to do with it"),
        LogStep(by=BEN, turn=2, kind=StepKind.QUESTION, checked="Is the fuse in?", found="It is blown"),
    )
    wrong = after(Resolve(by=BEN, resolution="New fuse", flow_was_right=False), start=left)
    assert [label_of(step) for step in wrong.session.steps] == [None, "It is blown"]
    assert wrong.session.steps[0].answer_text == "Nothing to do with it"
    unsure = after(Resolve(by=BEN, resolution="New fuse"), start=left)
    assert [label_of(step) for step in unsure.session.steps] == ["Nothing to do with it", "It is blown"]


def test_a_flow_that_led_astray_after_answers_that_applied_still_learns() -> None:
    left = after(Answer(by=BEN, turn=1, option=0), SayElse(by=BEN, turn=2, text="It smokes"))
    wrong = after(Resolve(by=BEN, resolution="New fuse", flow_was_right=False), start=left)
    assert [label_of(step) for step in wrong.session.steps] == ["Yes", "It smokes"]


def test_steps_that_did_not_matter_teach_nothing() -> None:
    left = after(
        Answer(by=BEN, turn=1, option=0),
        SayElse(by=BEN, turn=2, text="It smokes"),
        LogStep(by=BEN, turn=3, kind=StepKind.QUESTION, checked="Is it insured?", found="It is"),
    )
    done = after(Resolve(by=BEN, resolution="New fuse", beside=frozenset({3, 99})), start=left)
    assert [label_of(step) for step in done.session.steps] == ["Yes", "It smokes", None]


def test_a_flow_of_which_no_answer_applied_teaches_nothing_when_another_one_led_to_its_end() -> None:
    left = after(
        SayElse(by=BEN, turn=1, text="Nothing to do with it"),
        Follow(by=BEN, turn=2, flow=(8, 1), root="n1"),
        Answer(by=BEN, turn=3, option=1),
    )
    done = after(Resolve(by=BEN, resolution="Switched on", flow_was_right=True), start=left)
    assert [label_of(step) for step in done.session.steps] == [None, "No"]
    by_hand = after(SayElse(by=BEN, turn=1, text="Half on"), Follow(by=BEN, turn=2, flow=(8, 1), root="n1"))
    unfinished = after(Resolve(by=BEN, resolution="Switched on"), start=by_hand)
    assert [label_of(step) for step in unfinished.session.steps] == ["Half on", "Switched on"]


def test_what_makes_no_difference_is_not_asked() -> None:
    seen = frozenset(Evidence(session, 1) for session in (1, 2, 3))
    idle = Node(
        kind=NodeKind.QUESTION,
        text="Is it insured?",
        options=(Option("o1", "Yes", "n3"), Option("o2", "No", "n3")),
        evidence=seen,
    )
    first = TREE.nodes["n1"]
    leading = replace(first, options=(first.options[0], replace(first.options[1], next="n5")))
    tree = FlowTree("n1", {**TREE.nodes, "n1": leading, "n5": idle})
    assert act(begun(), Answer(by=ADA, turn=1, option=1), tree, at=NOW).node == "n3"
    asked = replace(begun(), node="n5")
    assert act(asked, AskAgain(by=ADA), tree, at=NOW).node == "n5"


def test_who_resolves_while_the_flow_asks_something_left_it_there_with_what_fixed_it() -> None:
    done = after(Answer(by=BEN, turn=1, option=0), Resolve(by=ADA, resolution="New cable", rating=4))
    last = done.session.steps[-1]
    assert (last.prompt, last.choice, last.answer_text, last.by) == ("Restart it", None, "New cable", ADA)
    assert (done.session.resolution, done.reached_end) == ("New cable", False)
    at_the_end = after(Answer(by=BEN, turn=1, option=1), Resolve(by=BEN, resolution="New cable"))
    assert [step.prompt for step in at_the_end.session.steps] == ["Is it on?"]
    on_their_own = after(Resolve(by=BEN, resolution="New cable"), start=begun(None))
    assert on_their_own.session.steps == ()

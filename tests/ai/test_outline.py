"""The analyst without a model: sessions about the same problem become one flow, others stay apart."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.ai.outline import OutlineAnalyst
from bot.domain.analysis import AlignedStep, Alignment, Candidate, CandidateKind, CandidateRef
from bot.domain.flows import FlowDraft
from bot.domain.merging import MergeRefusedError, merge
from bot.domain.sessions import FlowPlace, ProblemDomain, Session, Step
from bot.domain.trees import Evidence, FlowTree
from bot.domain.validation import problems_of
from tests.domain.trees_made import ALIGNED, SESSIONS, a_session, a_step, trees

ANALYST = OutlineAnalyst()


def printer_session(number: int, *answers: tuple[str, str], resolution: str, problem: str = "") -> Session:
    steps: tuple[Step, ...] = tuple(a_step(prompt, choice) for prompt, choice in answers)
    said = problem or "The office printer shows offline and nothing comes out of it"
    return a_session(
        *steps, resolution=resolution, id=number, problem=said, problem_domain=ProblemDomain.PRINTING
    )


FIRST = printer_session(
    1,
    ("Does the printer show an address on its panel?", "Yes"),
    ("Is the print spooler running?", "No"),
    resolution="Started the print spooler service.",
)


def learned(*sessions: Session) -> Candidate:
    """A flow that was learnt from the sessions, the first one as it stands."""
    everything = [AlignedStep(step, None, "") for step in range(len(sessions[0].steps) + 1)]
    draft = FlowDraft(
        title="Printer offline",
        summary=sessions[0].problem,
        tree=merge(None, sessions[0], everything).tree,
        problem_domain=ProblemDomain.PRINTING,
    )
    return Candidate(ref=CandidateRef(CandidateKind.FLOW, 4), draft=draft, sessions=sessions)


async def aligned(session: Session, *candidates: Candidate) -> Alignment:
    return await ANALYST.align(session, candidates)


async def test_first_session_is_new() -> None:
    alignment = await aligned(FIRST)
    assert alignment.candidate is None
    assert alignment.title == "The office printer shows offline and nothing comes out of it"
    assert [(step.step, step.node_id) for step in alignment.steps] == [(0, None), (1, None), (2, None)]
    assert "printer" in alignment.keywords
    assert alignment.confidence == 0.95


async def test_differently_worded_session_follows_the_flow() -> None:
    again = printer_session(
        2,
        ("On the panel, is an address shown by the printer?", "yes"),
        ("Print spooler service running?", "No"),
        resolution="Print spooler was stopped, started it.",
        problem="Office printer is offline since noon",
    )
    alignment = await aligned(again, learned(FIRST))
    assert alignment.candidate == CandidateRef(CandidateKind.FLOW, 4)
    assert [step.node_id for step in alignment.steps] == ["n1", "n2", "n3"]
    assert alignment.score > 0.9


async def test_other_answer_branches_off() -> None:
    other = printer_session(
        2,
        ("Is an address on the printer's panel?", "No"),
        ("Is the cable in the wall socket?", "No"),
        resolution="Plugged the cable in.",
    )
    alignment = await aligned(other, learned(FIRST))
    assert [step.node_id for step in alignment.steps] == ["n1", None, None]
    change = merge(learned(FIRST).draft.tree, other, alignment.steps).change
    assert change.only_adds_branches


async def test_session_may_begin_in_the_middle() -> None:
    middle = printer_session(
        2, ("Is the print spooler running?", "No"), resolution="Started the print spooler service."
    )
    alignment = await aligned(middle, learned(FIRST))
    assert [step.node_id for step in alignment.steps] == ["n2", "n3"]


async def test_question_before_the_first_one_is_kept_while_the_flow_is_young() -> None:
    earlier = printer_session(
        2,
        ("Are other people able to print?", "No"),
        ("Does the printer show an address on its panel?", "Yes"),
        ("Is the print spooler running?", "No"),
        resolution="Started the print spooler service.",
    )
    assert [step.node_id for step in (await aligned(earlier, learned(FIRST))).steps] == [
        None,
        "n1",
        "n2",
        "n3",
    ]
    flow = learned(FIRST)
    root = replace(
        flow.draft.tree.nodes["n1"], evidence=frozenset(Evidence(number, 0) for number in (1, 7, 8))
    )
    settled = replace(
        flow, draft=replace(flow.draft, tree=FlowTree("n1", {**flow.draft.tree.nodes, "n1": root}))
    )
    alignment = await aligned(earlier, settled)
    assert [(step.step, step.node_id) for step in alignment.steps] == [(1, "n1"), (2, "n2"), (3, "n3")]


async def test_skipped_step_and_digression_are_left_out() -> None:
    wandering = printer_session(
        2,
        ("Does the printer show an address on its panel?", "Yes"),
        ("Which floor are you on?", "Second"),
        ("Is the print spooler running?", "No"),
        resolution="Started the print spooler service.",
    )
    alignment = await aligned(wandering, learned(FIRST))
    assert [(step.step, step.node_id) for step in alignment.steps] == [(0, "n1"), (2, "n2"), (3, "n3")]


async def test_other_problem_stays_apart() -> None:
    vpn = a_session(
        a_step("Is split tunnelling on?", "No"), a_step("Does it drop on a cable too?", "Yes"), id=2
    )
    alignment = await aligned(vpn, learned(FIRST))
    assert alignment.candidate is None
    assert alignment.score < 0.5


async def test_the_better_fit_is_joined_and_of_equal_fits_the_larger_flow() -> None:
    second = printer_session(
        2,
        ("Does the printer show an address on its panel?", "No"),
        ("Is the cable in the wall socket?", "No"),
        resolution="Plugged the cable in.",
    )
    small = replace(learned(second), ref=CandidateRef(CandidateKind.PROPOSAL, 1))
    large = learned(FIRST)
    joined = await aligned(
        printer_session(
            3,
            ("Does the printer show an address on its panel?", "Yes"),
            ("Is the print spooler running?", "No"),
            resolution="Started the print spooler service.",
        ),
        large,
    )
    tree = merge(
        large.draft.tree, printer_session(3, ("a?", "Yes"), ("b?", "No"), resolution="c"), joined.steps
    ).tree
    large = replace(large, draft=replace(large.draft, tree=tree))
    fitting_one = await aligned(replace(second, id=4), small, large)
    assert fitting_one.candidate == small.ref
    fitting_both = printer_session(
        4,
        ("Does the printer show an address on its panel?", "It shows dashes"),
        ("Is another printer using the same name?", "Yes"),
        resolution="Renamed the printer.",
    )
    alignment = await aligned(fitting_both, small, large)
    assert alignment.candidate == large.ref
    assert [step.node_id for step in alignment.steps] == ["n1", None, None]


async def test_same_facts_give_the_same_answer() -> None:
    assert await aligned(FIRST, learned(FIRST)) == await aligned(FIRST, learned(FIRST))


@given(SESSIONS, trees(), st.lists(SESSIONS, max_size=2), ALIGNED)
async def test_any_alignment_can_be_merged_or_is_refused_in_words(
    session: Session, tree: FlowTree, known: list[Session], steps: list[AlignedStep]
) -> None:
    draft = FlowDraft(title="", summary="", tree=tree)
    candidate = Candidate(ref=CandidateRef(CandidateKind.FLOW, 1), draft=draft, sessions=tuple(known))
    alignment = await ANALYST.align(session, [candidate])
    assert 0 <= alignment.score <= 1
    assert 0 <= alignment.confidence <= 1
    assert [step.step for step in alignment.steps] == sorted({step.step for step in alignment.steps})
    assert {step.node_id for step in alignment.steps} <= {*tree.nodes, None}
    try:
        merged = merge(tree if alignment.candidate else None, session, alignment.steps)
    except MergeRefusedError:
        return
    assert problems_of(merged.tree) == ()


async def test_a_fix_alone_joins_nothing() -> None:
    """All that the session asked is a digression to the flow: nothing could lead to the fix."""
    session = printer_session(
        2, ("Since when do you have this laptop?", "Yes"), resolution="Started the print spooler service."
    )
    alignment = await aligned(session, learned(FIRST))
    assert merge(None, session, alignment.steps).tree.nodes
    assert alignment.candidate is None


def logged(session: Session, *found: str) -> Session:
    """The session as it is logged where no flow leads: findings in own words, no options."""
    steps = (
        replace(step, options=(), choice=None, answer_text=words)
        for step, words in zip(session.steps, found, strict=True)
    )
    return replace(session, steps=tuple(steps))


async def test_an_answer_in_other_words_is_the_one_that_leads_where_the_session_went() -> None:
    known = logged(FIRST, "Yes, 192.0.2.14", "it had stopped")
    again = logged(replace(FIRST, id=2), "yes it does", "not running, crashed at noon")
    alignment = await aligned(again, learned(known))
    assert [step.node_id for step in alignment.steps] == ["n1", "n2", "n3"]
    assert [step.answer for step in alignment.steps] == ["Yes, 192.0.2.14", "it had stopped", None]
    tree = learned(known).draft.tree
    assert merge(tree, again, alignment.steps).change.is_nothing


async def test_yes_is_never_no_and_what_was_offered_and_not_taken_is_not_meant() -> None:
    known = logged(FIRST, "Yes, 192.0.2.14", "it had stopped")
    other = logged(replace(FIRST, id=2), "No, it is blank", "it had stopped")
    assert (await aligned(other, learned(known))).steps[0].answer is None
    left = replace(
        other, steps=(replace(other.steps[0], options=("Yes, 192.0.2.14",), answer_text="half of it"),)
    )
    assert (await aligned(left, learned(known))).steps[0].answer is None


async def test_a_step_that_the_flow_asked_is_the_node_that_asked_it() -> None:
    flow = learned(FIRST)
    twin = flow.draft.tree.nodes["n2"].text
    steps = (
        replace(FIRST.steps[1], prompt=twin, place=FlowPlace(4, 1, "n2")),
        replace(FIRST.steps[0], prompt="Print spooler service running?"),
    )
    alignment = await aligned(replace(FIRST, id=2, steps=steps), flow)
    assert (0, "n2") in [(step.step, step.node_id) for step in alignment.steps]


async def test_an_answer_that_none_of_those_offered_was_may_lead_on_where_one_does() -> None:
    """Here the panel's address made no difference; the session left the flow over it and went on as the flow does."""
    flow = learned(FIRST)
    asked = flow.draft.tree.nodes["n1"]
    typed = replace(
        FIRST.steps[0],
        prompt=asked.text,
        options=tuple(option.label for option in asked.options),
        choice=None,
        answer_text="the display is broken",
        place=FlowPlace(4, 1, "n1"),
    )
    session = replace(FIRST, id=2, steps=(typed, *FIRST.steps[1:]))
    alignment = await aligned(session, flow)
    assert alignment.steps[0].answer is None
    assert [step.node_id for step in alignment.steps] == ["n1", "n2", "n3"]
    merged = merge(flow.draft.tree, session, alignment.steps)
    ways = {option.label: option.next for option in merged.tree.nodes["n1"].options}
    assert ways["the display is broken"] == "n2"
    assert not merged.change.added

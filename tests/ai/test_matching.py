"""A new problem finds its flow, and the score says how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ai.matching import MAX_COMPARED, match
from bot.domain.analysis import Candidate, CandidateKind, CandidateRef
from bot.domain.flows import FlowDraft
from bot.domain.sessions import EXPLORING_FROM, GUIDED_FROM, ConfidenceTier, ProblemDomain
from bot.domain.trees import FlowTree
from tests.domain.trees_made import a_session, fix, question

PRINTER = (
    "The office printer shows offline",
    "Printer on the second floor is offline, nobody can print",
    "Nothing comes out of the printer, it says offline",
    "Print jobs wait in the queue, printer offline",
)
VPN = (
    "VPN drops every ten minutes",
    "The VPN connection is lost again and again",
    "Tunnel of the VPN breaks down while working from home",
    "VPN disconnects after a while",
)
DRUCKER = (
    "Der Drucker im Büro ist offline",
    "Drucker im zweiten Stock druckt nicht",
    "Aus dem Drucker kommt nichts heraus",
    "Druckaufträge bleiben in der Warteschlange, Drucker offline",
)
PASSWORT = (
    "Mein Kennwort ist abgelaufen",
    "Kennwort vergessen, Anmeldung geht nicht",
    "Anmeldung mit dem neuen Kennwort schlägt fehl",
    "Konto gesperrt nach falschem Kennwort",
)
TREE = FlowTree(
    "n1",
    {"n1": question("Is the print spooler running?", ("No", "n2")), "n2": fix("Start the print spooler.")},
)


def a_flow(number: int, *problems: str, domain: ProblemDomain | None = None) -> Candidate:
    draft = FlowDraft(title=f"Flow {number}", summary="", tree=TREE, problem_domain=domain)
    return Candidate(ref=CandidateRef(CandidateKind.FLOW, number), draft=draft, problems=problems)


def scores(problem: str, *flows: Candidate, domain: ProblemDomain | None = None) -> dict[int, float]:
    return {found.flow_id: found.score for found in match(problem, domain, flows)}


@pytest.mark.parametrize(
    ("problem", "right", "wrong"),
    [
        ("Printer is offline, cannot print", 1, 2),
        ("My VPN drops", 2, 1),
    ],
)
def test_fitting_flow_comes_first_and_the_other_does_not_fit(problem: str, right: int, wrong: int) -> None:
    best, other = match(problem, None, [a_flow(1, *PRINTER), a_flow(2, *VPN)])
    assert (best.flow_id, best.tier) == (right, ConfidenceTier.GUIDED)
    assert (other.flow_id, other.tier) == (wrong, ConfidenceTier.DISCOVERY)


@pytest.mark.parametrize("flows", [[a_flow(1, *PRINTER)], [a_flow(1, *PRINTER), a_flow(2, *VPN)]])
@pytest.mark.parametrize("problem", ["Outlook keeps asking for the password", "Please help me", "", "???"])
def test_problem_without_a_flow_fits_none(problem: str, flows: Sequence[Candidate]) -> None:
    assert all(found.score < EXPLORING_FROM for found in match(problem, None, flows))


def test_one_flow_alone_is_enough() -> None:
    assert scores("The printer is offline", a_flow(1, *PRINTER))[1] >= GUIDED_FROM


def test_another_language_is_matched_by_its_own_words() -> None:
    flows = a_flow(1, *DRUCKER), a_flow(2, *PASSWORT)
    found = scores("Drucker druckt seit heute nicht mehr", *flows)
    assert found[1] >= EXPLORING_FROM > found[2]


def test_many_sessions_are_no_advantage() -> None:
    crowd = tuple(f"{problem}, room {number}" for number in range(75) for problem in VPN)
    found = scores("Printer offline", a_flow(1, *PRINTER[:3]), a_flow(2, *crowd))
    assert found[1] >= EXPLORING_FROM > found[2]


def test_flows_that_nobody_could_tell_apart_are_both_right() -> None:
    flows = a_flow(1, *PRINTER[::2]), a_flow(2, *PRINTER[1::2]), a_flow(3, *VPN)
    found = scores("Printer is offline, nobody can print", *flows)
    assert min(found[1], found[2]) >= EXPLORING_FROM > found[3]


def test_certainty_grows_with_the_problems_known() -> None:
    problem = "The office printer shows offline today"
    assert scores(problem, a_flow(1, *PRINTER[:1]))[1] < scores(problem, a_flow(1, *PRINTER))[1]


def test_flow_of_another_domain_fits_half_as_well() -> None:
    flow = a_flow(1, *PRINTER, domain=ProblemDomain.PRINTING)
    same = scores(PRINTER[0], flow, domain=ProblemDomain.PRINTING)[1]
    assert scores(PRINTER[0], flow, domain=ProblemDomain.EMAIL)[1] == same / 2
    assert scores(PRINTER[0], flow)[1] == same


def test_proposals_are_not_matched() -> None:
    proposal = replace(a_flow(1, *PRINTER), ref=CandidateRef(CandidateKind.PROPOSAL, 1))
    assert match(PRINTER[0], None, [proposal]) == []


def test_the_problems_of_its_sessions_are_what_a_flow_is_known_by() -> None:
    told = replace(a_flow(1, *VPN), sessions=tuple(a_session(problem=problem) for problem in PRINTER))
    assert scores(PRINTER[0], told) == scores(PRINTER[0], a_flow(1, *PRINTER))


def test_flow_without_problems_is_matched_by_what_it_says() -> None:
    bare = a_flow(1)
    named = replace(
        bare,
        draft=replace(
            bare.draft, title="Printer offline", summary="Office printer offline", keywords=("printer",)
        ),
    )
    found = scores("The printer on our floor shows offline", named, a_flow(2, *VPN))
    assert found[1] >= EXPLORING_FROM > found[2]


def test_of_very_many_flows_the_nearest_are_compared() -> None:
    crowd = [a_flow(number, f"Machine {number} makes a noise") for number in range(MAX_COMPARED + 9)]
    found = match("Printer offline", None, [*crowd, a_flow(99, *PRINTER)])
    assert len(found) == MAX_COMPARED
    assert found[0].flow_id == 99


@given(st.text(), st.lists(st.lists(st.text(), max_size=3), min_size=1, max_size=4))
def test_any_text_has_scores_between_0_and_1(problem: str, known: list[list[str]]) -> None:
    flows = [a_flow(number, *problems) for number, problems in enumerate(known)]
    found = match(problem, None, flows)
    assert sorted(each.flow_id for each in found) == list(range(len(flows)))
    assert all(0 <= each.score <= 1 for each in found)
    assert found == match(problem, None, flows)

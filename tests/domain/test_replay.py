"""Walking sessions through a flow with their own answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.replay import ProposalReplay, ReplayedSession, ReplayOutcome, led_to, replay, replay_all
from bot.domain.sessions import Session
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.troubleshooting import NOT_WORKED, WORKED
from tests.domain.trees_made import a_session, a_step, vpn_tree

SPLIT, CABLE = "Is split tunnelling on?", "Does it drop on a cable too?"


def same(first: str, second: str) -> float:
    return float(first.casefold() == second.casefold())


@pytest.mark.parametrize(
    ("tree", "session", "outcome", "path"),
    [
        (None, a_session(a_step(SPLIT, "No")), ReplayOutcome.NO_FLOW, ()),
        (
            vpn_tree(),
            a_session(a_step(CABLE, "no"), a_step(SPLIT, "yes"), resolution="Lower the MTU to 1350."),
            ReplayOutcome.REACHED_FIX,
            ("n1", "n2", "n3"),
        ),
        (
            vpn_tree(),
            a_session(a_step(SPLIT, "No"), resolution="New cable."),
            ReplayOutcome.WRONG_TURN,
            ("n1", "n3"),
        ),
        (vpn_tree(), a_session(a_step(SPLIT, "Maybe")), ReplayOutcome.DEAD_END, ("n1",)),
        (vpn_tree(), a_session(a_step(SPLIT, "Yes")), ReplayOutcome.DEAD_END, ("n1", "n2")),
        (vpn_tree(), a_session(a_step(SPLIT, None)), ReplayOutcome.DEAD_END, ("n1",)),
        (vpn_tree(), a_session(resolution=None), ReplayOutcome.DEAD_END, ("n1",)),
    ],
)
def test_session_comes_to_the_end_that_its_answers_lead_to(
    tree: FlowTree | None, session: Session, outcome: ReplayOutcome, path: tuple[str, ...]
) -> None:
    replayed = replay(tree, session, same)
    assert (replayed.outcome, replayed.path) == (outcome, path)


def test_session_whose_opening_words_answered_the_first_question_begins_in_the_middle() -> None:
    midway = a_session(a_step(CABLE, "No"), resolution="Lower the MTU to 1350.")
    replayed = replay(vpn_tree(), midway, same)
    assert (replayed.outcome, replayed.path) == (ReplayOutcome.REACHED_FIX, ("n2", "n3"))


def test_session_that_ended_with_a_fix_passes_the_action_that_tries_it() -> None:
    tree = vpn_tree()
    fix = tree.nodes["n3"]
    trial = Node(
        kind=NodeKind.ACTION,
        text=fix.text,
        options=(Option("o1", WORKED, "n3"), Option("o2", NOT_WORKED, "n2")),
    )
    first = tree.nodes["n1"]
    options = tuple(replace(each, next="n9" if each.next == "n3" else each.next) for each in first.options)
    grown = FlowTree("n1", {**tree.nodes, "n1": replace(first, options=options), "n9": trial})
    healed = a_session(a_step(SPLIT, "No"), resolution=fix.text)
    assert replay(grown, healed, same).path == ("n1", "n9", "n3")
    assert replay(grown, replace(healed, resolution="Other"), same).outcome is ReplayOutcome.DEAD_END


def test_step_that_a_node_was_learnt_from_answers_it_however_it_was_worded() -> None:
    session = a_session(a_step("VPN mode?", "Yes"), a_step("Wired?", "No"), resolution="MTU down")
    tree = vpn_tree()
    learnt_from = {
        "n1": Evidence(session.id, 0),
        "n2": Evidence(session.id, 1),
        "n3": Evidence(session.id, 2),
    }
    nodes = {
        node_id: replace(node, evidence=frozenset({learnt_from[node_id]} if node_id in learnt_from else ()))
        for node_id, node in tree.nodes.items()
    }
    assert replay(tree, session, same).outcome is ReplayOutcome.DEAD_END
    replayed = replay(FlowTree(tree.root, nodes), session, same)
    assert (replayed.outcome, replayed.path) == (ReplayOutcome.REACHED_FIX, ("n1", "n2", "n3"))


FIX, DEAD_END = ReplayOutcome.REACHED_FIX, ReplayOutcome.DEAD_END


def test_each_session_is_told_by_where_it_stopped() -> None:
    to_fix = a_session(a_step(SPLIT, "No"), resolution="Lower the MTU to 1350.")
    stuck = replace(a_session(a_step(SPLIT, "Maybe")), id=7)
    walked = replay_all(vpn_tree(), [to_fix, stuck], same)
    assert walked == (ReplayedSession(to_fix.id, FIX, "n3"), ReplayedSession(7, DEAD_END, "n1"))
    assert (led_to(FIX, walked), led_to(DEAD_END, walked)) == ((to_fix.id,), (7,))


def walked(outcomes: str) -> tuple[ReplayedSession, ...]:
    """F for a session that reaches its fix, D for a dead end."""
    ends = {"F": FIX, "D": DEAD_END}
    return tuple(ReplayedSession(number, ends[each], "n1") for number, each in enumerate(outcomes, 1))


@pytest.mark.parametrize(
    ("before", "after", "worse", "astray"),
    [("", "DD", False, []), ("FFD", "FDD", True, [2]), ("FDD", "DFF", False, [1]), ("FF", "FF", False, [])],
)
def test_proposal_is_worse_when_fewer_sessions_reach_their_fix_than_by_the_flow(
    before: str, after: str, worse: bool, astray: list[int]
) -> None:
    found = ProposalReplay(
        version=2,
        others=walked(after)[:1],
        evidence=walked(after)[1:],
        flow_version=4,
        before=walked(before),
    )
    assert (found.is_worse, [each.session_id for each in found.astray]) == (worse, astray)


def test_a_step_that_makes_no_difference_stops_nobody() -> None:
    updates = Node(
        kind=NodeKind.QUESTION,
        text="Is Windows up to date?",
        options=(Option("o1", "Yes", "n1"), Option("o2", "No", "n1")),
        evidence=frozenset(Evidence(session, 0) for session in (7, 8, 9)),
    )
    tree = FlowTree("n0", {"n0": updates, **vpn_tree().nodes})
    session = a_session(a_step(SPLIT, "No"), resolution="Lower the MTU to 1350.")
    assert replay(tree, session, same).path == ("n1", "n3")

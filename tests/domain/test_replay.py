"""Walking sessions through a flow with their own answers."""

from __future__ import annotations

import pytest

from bot.domain.replay import ReplayOutcome, replay
from bot.domain.sessions import Session
from bot.domain.trees import FlowTree
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

"""Which steps of a session are steps of its flow, and where it left the options."""

from bot.ai.following import count_steps
from bot.domain.flows import Flow, FlowOrigin, FlowVersion
from bot.domain.gap_facts import Walked
from bot.domain.sessions import Session
from bot.domain.trees import Evidence
from tests.conftest import NOW
from tests.storage.makers import a_draft, a_session, a_step, a_tree


def a_flow(*evidence: Evidence) -> Flow:
    draft = a_draft(tree=a_tree(evidence=frozenset(evidence)))
    version = FlowVersion(number=3, draft=draft, published_by="U1", published_at=NOW, change="")
    return Flow(id=5, origin=FlowOrigin.MANUAL, current=version)


def of_step(session_id: int, engineer: str | None = "U1", **changes: object) -> Session:
    given = a_session(steps=(a_step(**changes),), engineer=engineer)
    return Session(id=session_id, **{name: getattr(given, name) for name in given.__dataclass_fields__})


def test_a_step_is_found_by_its_words_or_by_what_was_learnt_from_it() -> None:
    flow = a_flow(Evidence(3, 0))
    sessions = (
        of_step(1),
        of_step(2, prompt="is SPLIT tunnelling  on?", choice=None, answer_text="half"),
        of_step(3, prompt="Something else entirely", choice=None),
        of_step(4, prompt="Something else entirely", choice=None),
    )
    (counts,) = count_steps(Walked(flow=flow, sessions=sessions))
    assert (counts.node_id, counts.asked, counts.left.count) == ("n1", 3, 2)
    assert (counts.left.engineers, counts.left.session_ids, counts.flow.version) == (1, (2, 3), 3)


def test_a_step_without_options_cannot_be_left_and_nobody_is_no_engineer() -> None:
    sessions = (
        of_step(1, options=(), choice=None, answer_text="as I said"),
        of_step(2, None, choice=None),
    )
    (counts,) = count_steps(Walked(flow=a_flow(), sessions=sessions))
    assert (counts.asked, counts.left.count, counts.left.engineers) == (1, 1, 0)


def test_a_flow_that_nobody_walked_has_no_counts() -> None:
    assert count_steps(Walked(flow=a_flow(), sessions=())) == []

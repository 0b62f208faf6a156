"""What an analysed session does to the team's knowledge."""

from bot.domain.analysis import AlignedStep, Alignment, CandidateKind, CandidateRef
from bot.domain.learning import Begin, learn
from bot.domain.sessions import Session
from tests.storage.makers import a_session


def test_session_that_was_read_as_a_part_of_another_flow_and_refused_keeps_all_of_its_own_steps() -> None:
    given = a_session()
    values = {name: getattr(given, name) for name in given.__dataclass_fields__}
    session = Session(id=1, **values)
    fix_alone = (AlignedStep(len(session.steps), None, "Lowered the MTU."),)
    alignment = Alignment(
        candidate=CandidateRef(CandidateKind.FLOW, 9), steps=fix_alone, title="VPN drops", summary="It drops."
    )
    lesson = learn(session, alignment, flow=None, proposal=None)
    assert isinstance(lesson, Begin)
    texts = [node.text for _, node, _ in lesson.draft.tree.walk()]
    assert texts == [*(step.prompt for step in session.steps), "Lowered the MTU."]

"""Analyses by a model, as people run them."""

from tests.ai.messages_server import KEY, MODEL, messages_service
from tests.cli.processes import FlowPilot


async def test_sessions_are_analysed_by_claude_and_the_bill_is_shown(with_sessions: FlowPilot) -> None:
    async with messages_service() as service:
        service.answer = {
            "candidate": None,
            "steps": [{"step": 0, "node": None, "wording": "Is it on?"}],
            "title": "It is broken",
            "summary": "It does not work.",
            "keywords": ["broken"],
            "confidence": 0.8,
        }
        keyed = with_sessions.given(anthropic_api_key=KEY, anthropic_base_url=service.url)
        ended = await keyed("analyze", "--limit", "3")
        assert (ended.code, ended.err) == (0, "3 sessions analysed: 3 began a proposal.\n")
        assert (len(service.asked), service.refused) == (3, [])
    stats = await with_sessions("stats", "--json")
    costs = stats.document["analysis_costs"]
    assert (costs["sessions"], costs["cost_micro_dollars"]) == (3, 3 * 3_950)
    assert {body["model"] for body in service.asked} == {MODEL}
    assert KEY not in ended.out + ended.err

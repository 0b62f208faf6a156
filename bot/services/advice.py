"""Helping people where no flow leads: what similar sessions checked, and a flow that fits by now."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot.ai.redaction import redact
from bot.ai.similar import is_alike
from bot.domain.flows import Flow
from bot.domain.guidance import Check, Known, suggest
from bot.domain.jobs import GuideSession
from bot.domain.proposals import Proposal
from bot.domain.session_acts import Advise
from bot.domain.sessions import ConfidenceTier, Session
from bot.domain.trees import FlowTree
from bot.domain.troubleshooting import Troubleshooting, act
from bot.services.matching import FoundFlow, find_flows
from storage.database import Database
from storage.transaction import Transaction

MAX_PROPOSALS = 8
"""Proposals that share words with the problem and are looked at, beside as many flows."""
SESSIONS_BEHIND = 20
"""Sessions that are counted behind each of them."""


async def advise(
    database: Database, workspace_id: str, live: Troubleshooting, *, asks_model: bool, now: datetime
) -> None:
    """Note what may help the session in its present turn, where no flow leads; nothing if it moves on meanwhile.

    With `asks_model` a model is asked besides, by a job of the same commit.
    """
    words = _words_of(live.session)
    found = await find_flows(database, workspace_id, words, live.session.problem_domain)
    advice = Advise(
        turn=live.turn,
        suggested=await _checks(database, workspace_id, live, words, [each.flow for each in found]),
        offered_flow=_offered(live, found),
        asks_model=asks_model,
    )
    if not (advice.suggested or advice.offered_flow or advice.asks_model):
        return
    after = act(live, advice, None, at=now)
    async with database.transaction(workspace_id) as tx:
        if await tx.threads.save(after, seen_revision=live.revision) and asks_model:
            await tx.jobs.enqueue(GuideSession(live.session.id, live.turn))


def _words_of(session: Session) -> str:
    """The problem, and what was found out last."""
    last = session.steps[-1] if session.steps else None
    return f"{session.problem} {last.answer_text or last.prompt}" if last else session.problem


def _offered(live: Troubleshooting, found: list[FoundFlow]) -> int | None:
    """The flow that fits best and was not followed yet."""
    followed = {step.place.flow_id for step in live.session.steps if step.place}
    other = next((each for each in found if each.flow.id not in followed), None)
    return other.flow.id if other and other.tier is not ConfidenceTier.DISCOVERY else None


async def _checks(
    database: Database, workspace_id: str, live: Troubleshooting, words: str, flows: list[Flow]
) -> tuple[Check, ...]:
    """What similar sessions checked, by the flows and proposals that they taught; compared beside the event loop."""
    async with database.transaction(workspace_id) as tx:
        proposals = await tx.proposals.candidates(words, live.session.problem_domain, MAX_PROPOSALS)
        taught = await _taught(tx, flows, proposals)
    done = [step.prompt for step in live.session.steps]

    def compared() -> tuple[Check, ...]:
        problem = redact(live.session.problem).text
        known = [
            Known(tree, frozenset(problems))
            for tree, problems in taught
            if is_alike(problem, list(problems.values()))
        ]
        return suggest(done, known)

    return await asyncio.to_thread(compared)


async def _taught(
    tx: Transaction, flows: list[Flow], proposals: list[Proposal]
) -> list[tuple[FlowTree, dict[int, str]]]:
    """Each tree with the problems of its newest sessions, by their ids."""
    of_flows = await tx.sessions.problems_behind_flows([flow.id for flow in flows], SESSIONS_BEHIND)
    of_proposals = await tx.sessions.problems_behind_proposals(
        [each.id for each in proposals], SESSIONS_BEHIND
    )
    return [
        *((flow.tree, of_flows[flow.id]) for flow in flows),
        *((each.draft.tree, of_proposals[each.id]) for each in proposals),
    ]

"""Gathering what gaps are found from: counts from the database, likeness from the texts."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

from bot.ai.following import count_steps
from bot.ai.matching import match
from bot.ai.patterns import groups_of_alike
from bot.ai.redaction import redact
from bot.ai.titles import title_of
from bot.domain.analysis import Candidate
from bot.domain.gap_facts import GapFacts, Hits, Missed, Pattern, Unmatched, Walked
from bot.domain.gap_finding import PATTERN_FROM
from bot.domain.gaps import GapHistory, GapKind, StoredGap
from bot.domain.sessions import GUIDED_FROM, ProblemDomain
from bot.domain.windows import Window
from bot.services.matching import MAX_CANDIDATES, flow_candidates
from storage.transaction import Transaction

MAX_FLOWS = 200
"""The most followed flows are compared with each other."""
MAX_WALKED = 40
"""Of so many flows the steps are looked at, in so many sessions each: the newest tell how a flow is worked now."""
SESSIONS_OF_FLOW = 60
MAX_UNMATCHED = 1_000
"""Sessions that are searched for patterns, the newest."""
MAX_LOOKED_UP = 100
"""Sessions for which a flow is looked for again, the newest."""
SHOWN_EXAMPLES = 3
MIN_OVERLAP = 0.5
"""Part of the smaller of two groups of sessions from which a pattern is the one that was found before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A session that no flow was found for, and the flows that it shares words with and that were there."""

    session: Unmatched
    candidates: tuple[Candidate, ...]


async def gather_facts(tx: Transaction, window: Window, history: GapHistory) -> GapFacts:
    """The facts of the window. The texts are compared beside the event loop."""
    overall, domains = await tx.gaps.domains(window)
    flows = await tx.gaps.flows(window, MAX_FLOWS)
    walked = await _walked(tx, window, [each.flow.flow_id for each in flows[:MAX_WALKED]])
    unmatched = await tx.gaps.unmatched(window, MAX_UNMATCHED)
    taught_later = await tx.gaps.taught_later(window)
    questions = await _questions(tx, unmatched) if flows else []

    def compared() -> GapFacts:
        return GapFacts(
            overall=overall,
            domains=tuple(domains),
            flows=tuple(flows),
            steps=tuple(step for each in walked for step in count_steps(each)),
            patterns=tuple(patterns_of(unmatched, history)),
            missed=(*taught_later, *_missed(questions)),
            unmatched=len(unmatched),
            unmatched_days=_days_of(unmatched, window),
        )

    return await asyncio.to_thread(compared)


def _days_of(unmatched: Sequence[Unmatched], window: Window) -> int:
    """Over how many days the sessions reach: all of the window, unless there were too many to read."""
    if len(unmatched) < MAX_UNMATCHED:
        return window.days
    return max(1, ceil((window.end - unmatched[-1].created_at) / timedelta(days=1)))


async def _walked(tx: Transaction, window: Window, flow_ids: Collection[int]) -> list[Walked]:
    if not flow_ids:
        return []
    sessions = await tx.gaps.walked(window, flow_ids, SESSIONS_OF_FLOW)
    return [Walked(flow=flow, sessions=sessions[flow.id]) for flow in await tx.flows.in_use(flow_ids)]


async def _questions(tx: Transaction, unmatched: Sequence[Unmatched]) -> list[_Question]:
    asked = [each for each in unmatched if each.was_matched and not each.is_proposed][:MAX_LOOKED_UP]
    found = {each.id: await tx.flows.candidates(each.problem, each.domain, MAX_CANDIDATES) for each in asked}
    flows = {flow.id: flow for flows in found.values() for flow in flows}
    published = await tx.gaps.published_at(flows.keys())
    candidates = await flow_candidates(tx, list(flows.values()))
    candidate_of = {each.ref.id: each for each in candidates}
    return [
        _Question(
            session=each,
            candidates=tuple(
                candidate_of[flow.id] for flow in found[each.id] if published[flow.id] < each.created_at
            ),
        )
        for each in asked
    ]


def _missed(questions: Sequence[_Question]) -> list[Missed]:
    """Sessions that a flow fits so well that it would have guided them."""
    found = []
    for question in questions:
        session = question.session
        matches = match(_clean(session), session.domain, question.candidates)
        if matches and matches[0].score >= GUIDED_FROM:
            found.append(Missed(flow_id=matches[0].flow_id, session=session.id, engineer=session.engineer))
    return found


def patterns_of(unmatched: Sequence[Unmatched], history: GapHistory) -> list[Pattern]:
    """Groups of sessions alike that no proposal holds yet; one that was found before keeps its key."""
    free = [each for each in unmatched if not each.is_proposed]
    problems = [_clean(each) for each in free]
    groups = [group for group in groups_of_alike(problems) if len(group) >= PATTERN_FROM]
    known = [each for each in history.stored if each.kind is GapKind.REPEATED_PATTERN]
    found: list[Pattern] = []
    for group in groups:
        pattern = _pattern([free[at] for at in group], [problems[at] for at in group])
        taken = {each.key for each in found}
        before = next((each for each in known if each.key not in taken and _is_same(each, pattern)), None)
        found.append(replace(pattern, key=before.key) if before else pattern)
    return found


def _pattern(sessions: Sequence[Unmatched], problems: Sequence[str]) -> Pattern:
    engineers = {each.engineer for each in sessions if each.engineer}
    return Pattern(
        key=f"pattern:{min(each.id for each in sessions)}",
        name=title_of(problems, ""),
        hits=Hits(
            count=len(sessions),
            engineers=len(engineers),
            session_ids=tuple(each.id for each in sessions),
        ),
        examples=tuple(dict.fromkeys(problems))[:SHOWN_EXAMPLES],
        domain=_shared_domain(sessions),
    )


def _shared_domain(sessions: Sequence[Unmatched]) -> ProblemDomain | None:
    domains = {each.domain for each in sessions}
    return domains.pop() if len(domains) == 1 else None


def _is_same(before: StoredGap, pattern: Pattern) -> bool:
    ids = set(pattern.hits.session_ids)
    smaller = min(len(ids), len(before.session_ids))
    return smaller > 0 and len(ids.intersection(before.session_ids)) >= MIN_OVERLAP * smaller


def _clean(session: Unmatched) -> str:
    names = [*session.people, *([session.engineer] if session.engineer else [])]
    return redact(session.problem, names).text

"""Analysing resolved sessions: claim one, ask the analyst, commit what it teaches, and go on with the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import structlog

from bot.ai.redaction import redact, redact_session, redacted
from bot.domain.analysis import Alignment, Candidate, CandidateKind, CandidateRef
from bot.domain.errors import (
    AlreadyDecidedError,
    FlowPilotError,
    KnowledgeMovedError,
    LeaseLostError,
    StaleVersionError,
)
from bot.domain.flows import Flow, FlowDraft
from bot.domain.learning import Begin, Join, Leave, Reinforce, learn
from bot.domain.merging import MergeRefusedError
from bot.domain.ports import Analyst, Clock
from bot.domain.proposals import Proposal, ProposalKind, ProposalStatus, Support, status_when_supported
from bot.domain.reasons import reason_words
from bot.domain.redactions import Redactions
from bot.domain.sessions import AnalysisOutcome, ClaimedSession, Session, SessionSource
from bot.domain.workspaces import WorkspaceSettings
from bot.services.jobs import redraw_card, redraw_grown_card, refresh_homes, say_what_became
from bot.services.spending import ask_analyst
from storage.database import Database
from storage.transaction import Transaction

LEASE = timedelta(minutes=5)
"""Longer than an analysis takes; a session whose worker died is free again after it."""
MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(seconds=30)
MAX_CANDIDATES = 8
"""Flows, and as many proposals, that the analyst compares a session with."""
SESSIONS_PER_CANDIDATE = 12
"""Evidence sessions that the analyst sees of each candidate."""
TELLING_SESSIONS = 60
"""Up to so many sessions, one more that followed a flow may show that it is one with another."""
MAX_MOVES = 8
"""How often one analysis starts over because flows or proposals changed meanwhile, before it waits its turn again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one analysis looks at, all read in one transaction."""

    session: Session
    redactions: Redactions
    settings: WorkspaceSettings
    knowledge_version: int
    flows: dict[int, Flow]
    proposals: dict[int, Proposal]
    candidates: tuple[Candidate, ...]


async def count_pending(database: Database) -> int:
    """How many analyses of all workspaces wait."""
    async with database.all_workspaces() as everyone:
        return await everyone.pending_analyses()


async def analyze_pending(
    database: Database,
    analyst: Analyst,
    clock: Clock,
    *,
    limit: int,
    backlog: bool = True,
    on_done: Callable[[AnalysisOutcome | None], None] = lambda _outcome: None,
) -> int:
    """Analyse up to `limit` pending sessions of all workspaces, each in its own commit. Returns how many were tried.

    Without `backlog`, imported sessions are left to batches. `on_done` hears each outcome; None is a failure, which is
    kept with the session and tried again later.
    """
    for tried in range(limit):
        async with database.all_workspaces() as everyone:
            claims = await everyone.claim_analyses(clock.now(), LEASE, 1, backlog=backlog)
        if not claims:
            return tried
        on_done(await _analyze_claimed(database, analyst, clock, claims[0]))
    return limit


async def analyze_these(
    database: Database, analyst: Analyst, clock: Clock, workspace_id: str, session_ids: Sequence[int]
) -> None:
    """Analyse those of the sessions that wait for it, before all others, each in its own commit."""
    for session_id in session_ids:
        async with database.transaction(workspace_id) as tx:
            claims = await tx.sessions.claim_waiting([session_id], clock.now(), LEASE)
        for claim in claims:
            await _analyze_claimed(database, analyst, clock, claim)


async def _analyze_claimed(
    database: Database, analyst: Analyst, clock: Clock, claim: ClaimedSession
) -> AnalysisOutcome | None:
    try:
        return await _analyze(database, analyst, clock, claim)
    except LeaseLostError:
        log.info("analysis.lease_lost", workspace=claim.workspace_id, session=claim.session_id)
    except MergeRefusedError as error:
        return await _skip(database, analyst, claim, str(error), now=clock.now())
    except KnowledgeMovedError:
        reason = "Flows and proposals changed too quickly."
        await _postpone(database, claim, reason, gives_up=False, now=clock.now())
    except FlowPilotError as error:
        await _postpone(database, claim, str(error), now=clock.now())
    except Exception as error:
        log.exception("analysis.failed", workspace=claim.workspace_id, session=claim.session_id)
        await _postpone(database, claim, f"{type(error).__name__} while analysing.", now=clock.now())
    return None


async def _analyze(
    database: Database, analyst: Analyst, clock: Clock, claim: ClaimedSession
) -> AnalysisOutcome:
    asked: tuple[Session, tuple[Candidate, ...]] | None = None
    for _ in range(MAX_MOVES):
        async with database.transaction(claim.workspace_id) as tx:
            facts = await gather_facts(tx, claim.session_id)
        if asked != (facts.session, facts.candidates):  # else what has moved does not touch this session
            asked = facts.session, facts.candidates
            alignment = await ask_analyst(database, analyst, clock, claim, *asked)
        name = alignment.analyst or analyst.name
        try:
            async with database.transaction(claim.workspace_id) as tx:
                return await _commit(tx, claim, facts, alignment, analyst=name, now=clock.now())
        except (KnowledgeMovedError, StaleVersionError, AlreadyDecidedError):
            continue
    raise KnowledgeMovedError


async def gather_facts(tx: Transaction, session_id: int) -> Facts:
    """The session, redacted, and what it is compared with."""
    knowledge_version = await tx.workspaces.knowledge_version()
    session, redactions = redact_session(await tx.sessions.get(session_id))
    words = " ".join([session.problem, *(step.prompt for step in session.steps)])
    proposals = [
        *await tx.proposals.candidates(words, session.problem_domain, MAX_CANDIDATES),
        *await tx.proposals.rejected_like(words, session.problem_domain, MAX_CANDIDATES),
    ]
    flows = {
        flow.id: flow for flow in await tx.flows.candidates(words, session.problem_domain, MAX_CANDIDATES)
    }
    known = {proposal.id for proposal in proposals}
    proposals += [each for each in await tx.proposals.changing(flows.keys()) if each.id not in known]
    growing = [proposal for proposal in proposals if _is_open(proposal)]
    for flow_id in {proposal.flow_id for proposal in growing if proposal.flow_id} - flows.keys():
        flows[flow_id] = await tx.flows.get(flow_id)
    under_change = {flow_id for proposal in growing for flow_id in proposal.speaks_for}
    return Facts(
        session=session,
        redactions=redactions,
        settings=(await tx.workspaces.get()).settings,
        knowledge_version=knowledge_version,
        flows=flows,
        proposals={proposal.id: proposal for proposal in proposals},
        candidates=await _candidates(
            tx, [flow for flow in flows.values() if flow.id not in under_change], proposals
        ),
    )


def _is_open(proposal: Proposal) -> bool:
    return proposal.status is not ProposalStatus.REJECTED


async def _candidates(
    tx: Transaction, flows: Sequence[Flow], proposals: Sequence[Proposal]
) -> tuple[Candidate, ...]:
    """With their newest sessions; of a proposal that changes a flow its own come first, then those of the flow."""
    flow_ids = {flow.id for flow in flows} | {each.flow_id for each in proposals if each.flow_id}
    of_flow = await tx.sessions.of_flows(flow_ids, SESSIONS_PER_CANDIDATE)
    of_proposal = await tx.sessions.of_proposals([each.id for each in proposals], SESSIONS_PER_CANDIDATE)

    def sessions_of(proposal: Proposal) -> list[Session]:
        earlier = of_flow[proposal.flow_id] if proposal.flow_id else []
        return [*of_proposal[proposal.id], *earlier][:SESSIONS_PER_CANDIDATE]

    def put_together() -> tuple[Candidate, ...]:
        return (
            *[
                _candidate(CandidateRef(CandidateKind.FLOW, flow.id), flow.current.draft, of_flow[flow.id])
                for flow in flows
            ],
            *[
                replace(
                    _candidate(CandidateRef(CandidateKind.PROPOSAL, each.id), each.draft, sessions_of(each)),
                    is_rejected=not _is_open(each),
                    rejected_because=None if _is_open(each) else _why_not(each),
                )
                for each in proposals
            ],
        )

    return await asyncio.to_thread(put_together)


def _why_not(proposal: Proposal) -> str | None:
    """The reviewer's reason, without secrets."""
    return redact(reason_words(proposal.reason_code, proposal.reason)).text or None


def _candidate(ref: CandidateRef, draft: FlowDraft, sessions: list[Session]) -> Candidate:
    return Candidate(ref=ref, draft=draft, sessions=redacted(sessions))


async def _commit(
    tx: Transaction, claim: ClaimedSession, facts: Facts, alignment: Alignment, *, analyst: str, now: datetime
) -> AnalysisOutcome:
    """Carry the lesson out. The knowledge version stands guard: nothing may have changed since the facts were read.

    It is taken last, as everywhere: whoever locks the workspace before a proposal could meet somebody who does it the
    other way round.
    """
    flow, chosen = _chosen(facts, alignment)
    lesson = learn(facts.session, alignment, flow=flow, proposal=chosen)
    proposal_id = flow_id = reason = None
    match lesson:
        case Reinforce(flow=followed, contradicts=True):
            outcome, flow_id = AnalysisOutcome.SKIPPED, followed.id
            reason = (
                f"It went another way than “{followed.title}” after the same answer. The flow stays as it is."
            )
        case Reinforce(flow=followed):
            outcome, flow_id = AnalysisOutcome.REINFORCED, followed.id
        case Leave(proposal=rejected):
            outcome, proposal_id = AnalysisOutcome.SKIPPED, rejected.id
        case Begin() | Join():
            proposal = await _propose(tx, facts, lesson, alignment, analyst=analyst, now=now)
            outcome, proposal_id = _outcome_of(lesson), proposal.id
    await tx.sessions.finish_analysis(
        claim,
        outcome=outcome,
        analyst=analyst,
        proposal_id=proposal_id,
        flow_id=flow_id,
        redactions=facts.redactions,
        reason=reason,
        now=now,
    )
    await say_what_became(tx, facts.session)
    await refresh_homes(tx)
    if isinstance(lesson, Reinforce):
        await tx.flows.compare_again(lesson.flow.id, while_sessions=TELLING_SESSIONS)
    if isinstance(lesson, Begin | Join):
        await tx.workspaces.advance_knowledge(facts.knowledge_version)
    return outcome


def _outcome_of(lesson: Begin | Join) -> AnalysisOutcome:
    if isinstance(lesson, Join):
        return AnalysisOutcome.JOINED
    return AnalysisOutcome.ENHANCED if lesson.flow else AnalysisOutcome.PROPOSED


def _chosen(facts: Facts, alignment: Alignment) -> tuple[Flow | None, Proposal | None]:
    """The flow and the proposal that the analyst chose; a proposal that changes a flow brings both."""
    match alignment.candidate:
        case None:
            return None, None
        case CandidateRef(kind=CandidateKind.FLOW, id=flow_id):
            return facts.flows[flow_id], None
        case CandidateRef(id=proposal_id):
            proposal = facts.proposals[proposal_id]
            return facts.flows.get(proposal.flow_id) if proposal.flow_id else None, proposal


async def _propose(
    tx: Transaction, facts: Facts, lesson: Begin | Join, alignment: Alignment, *, analyst: str, now: datetime
) -> Proposal:
    """Write the proposal and, when people are to see it, leave its card to be drawn."""
    status = await _status_after(tx, facts, lesson, now=now)
    if isinstance(lesson, Begin):
        proposal = await tx.proposals.add(
            kind=lesson.kind,
            status=status,
            draft=lesson.draft,
            flow_id=lesson.flow.id if lesson.flow else None,
            base_version=lesson.flow.current.number if lesson.flow else None,
            confidence=alignment.confidence,
            analyst=analyst,
            now=now,
        )
    else:
        proposal = await tx.proposals.grow(
            lesson.proposal.id,
            seen_version=lesson.proposal.version,
            kind=lesson.kind,
            draft=lesson.draft,
            status=status,
            confidence=_certainty(lesson, alignment),
            now=now,
        )
    if status is ProposalStatus.PENDING:
        redraw = redraw_card if isinstance(lesson, Begin) else redraw_grown_card
        await redraw(tx, proposal.id)
    return proposal


def _certainty(lesson: Join, alignment: Alignment) -> float:
    """For a new flow, that no flow was known when it began; for a change, that the session belongs to the flow."""
    return lesson.proposal.confidence if lesson.kind is ProposalKind.NEW_FLOW else alignment.confidence


async def _status_after(
    tx: Transaction, facts: Facts, lesson: Begin | Join, *, now: datetime
) -> ProposalStatus:
    before = lesson.proposal.support if isinstance(lesson, Join) else Support()
    return status_when_supported(
        lesson.proposal.status if isinstance(lesson, Join) else ProposalStatus.FORMING,
        sessions=before.sessions + 1,
        imported=before.imported + (facts.session.source is SessionSource.IMPORT),
        min_imported=facts.settings.min_imported_sessions,
        quota_left=await quota_left(tx, facts.settings, now=now),
    )


async def quota_left(tx: Transaction, settings: WorkspaceSettings, *, now: datetime) -> int:
    """How many more proposals may be shown on this local day."""
    today = datetime.combine(now.astimezone(settings.zone).date(), time(), settings.zone)
    return settings.new_proposals_per_day - await tx.proposals.shown_since(today)


async def _skip(
    database: Database, analyst: Analyst, claim: ClaimedSession, reason: str, *, now: datetime
) -> AnalysisOutcome:
    """Keep why nothing can be learnt from the session: asking again would not change it."""
    outcome = AnalysisOutcome.SKIPPED
    async with database.transaction(claim.workspace_id) as tx:
        await tx.sessions.finish_analysis(
            claim, outcome=outcome, analyst=analyst.name, reason=reason, now=now
        )
        await say_what_became(tx, await tx.sessions.get(claim.session_id))
        await refresh_homes(tx)
    return outcome


async def _postpone(
    database: Database, claim: ClaimedSession, error: str, *, gives_up: bool = True, now: datetime
) -> None:
    """Keep the reason; try again later with growing pauses, and give up after MAX_ATTEMPTS."""
    pause = FIRST_RETRY * 2 ** (min(claim.attempt, MAX_ATTEMPTS) - 1)
    retry_at = None if gives_up and claim.attempt >= MAX_ATTEMPTS else now + pause
    async with database.transaction(claim.workspace_id) as tx:
        await tx.sessions.fail_analysis(claim, error=error, retry_at=retry_at, now=now)


async def show_waiting_proposals(database: Database, workspace_id: str, *, now: datetime) -> int:
    """Show forming proposals that have company enough and waited only for a new day's quota. Returns how many."""
    async with database.transaction(workspace_id) as tx:
        settings = (await tx.workspaces.get()).settings
        quota = max(0, await quota_left(tx, settings, now=now))
        waiting = await tx.proposals.forming_in_company(settings.min_imported_sessions, quota)
        for proposal in waiting:
            await tx.proposals.show(proposal.id, now=now)
            await redraw_card(tx, proposal.id)
    return len(waiting)

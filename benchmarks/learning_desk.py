"""Learning without a database: the product's analyst, rules and merge on flows and proposals in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.ai.outline import OutlineAnalyst
from bot.ai.redaction import redact_session
from bot.ai.wording import STOP_WORDS, stem_of, words_of
from bot.domain.analysis import Candidate, CandidateKind, CandidateRef
from bot.domain.flows import Flow, FlowDraft, FlowOrigin, FlowVersion
from bot.domain.formats import MAX_PROBLEMS
from bot.domain.learning import Begin, Join, Reinforce, learn
from bot.domain.proposals import Proposal, ProposalStatus, Support, status_when_supported
from bot.domain.sessions import ProblemDomain, Session
from bot.services.analysis import MAX_CANDIDATES, SESSIONS_PER_CANDIDATE

COMPANY = 2
"""Imported sessions that it takes to propose."""
PLENTY = 1_000
"""Of the day's quota there is always some left."""


@dataclass
class Desk:
    """A workspace in memory. `sessions_of_*` hold their sessions, oldest first."""

    flows: dict[int, Flow] = field(default_factory=dict)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    sessions_of_flow: dict[int, list[Session]] = field(default_factory=dict)
    sessions_of_proposal: dict[int, list[Session]] = field(default_factory=dict)
    analyst: OutlineAnalyst = field(default_factory=OutlineAnalyst)

    async def analyse(self, session: Session) -> None:
        session, _ = redact_session(session)
        alignment = await self.analyst.align(session, self._candidates(session))
        flow = proposal = None
        match alignment.candidate:
            case CandidateRef(kind=CandidateKind.FLOW, id=chosen):
                flow = self.flows[chosen]
            case CandidateRef(id=chosen):
                proposal = self.proposals[chosen]
                flow = self.flows[proposal.flow_id] if proposal.flow_id else None
        match learn(session, alignment, flow=flow, proposal=proposal):
            case Reinforce(flow=followed):
                self.sessions_of_flow[followed.id].append(session)
            case Begin() as begin:
                self._begin(begin, session)
            case Join() as join:
                self._join(join, session)

    def approve_all(self, now: datetime) -> None:
        for proposal in list(self.proposals.values()):
            if proposal.status is ProposalStatus.PENDING:
                self._publish(proposal, now)

    def problems(self) -> dict[int, list[str]]:
        """What an export of each flow tells of its sessions' problems."""
        return {
            number: [each.problem for each in newest(sessions, MAX_PROBLEMS)]
            for number, sessions in self.sessions_of_flow.items()
        }

    def _candidates(self, session: Session) -> list[Candidate]:
        stems = stems_of(" ".join([session.problem, *(step.prompt for step in session.steps)]))
        growing = {
            each.id: each
            for each in self.proposals.values()
            if each.status in (ProposalStatus.FORMING, ProposalStatus.PENDING)
        }
        proposals = sieved(
            stems, session.problem_domain, {number: each.draft for number, each in growing.items()}
        )
        flows = sieved(
            stems, session.problem_domain, {number: each.current.draft for number, each in self.flows.items()}
        )
        changing = {growing[number].flow_id for number in proposals}
        return [
            *(self._flow_candidate(number) for number in flows if number not in changing),
            *(self._proposal_candidate(growing[number]) for number in proposals),
        ]

    def _flow_candidate(self, number: int) -> Candidate:
        draft = self.flows[number].current.draft
        known = newest(self.sessions_of_flow[number], SESSIONS_PER_CANDIDATE)
        return Candidate(ref=CandidateRef(CandidateKind.FLOW, number), draft=draft, sessions=known)

    def _proposal_candidate(self, proposal: Proposal) -> Candidate:
        known = newest(self.sessions_of_proposal[proposal.id], SESSIONS_PER_CANDIDATE)
        if proposal.flow_id is not None:
            known += newest(self.sessions_of_flow[proposal.flow_id], SESSIONS_PER_CANDIDATE - len(known))
        ref = CandidateRef(CandidateKind.PROPOSAL, proposal.id)
        return Candidate(ref=ref, draft=proposal.draft, sessions=known)

    def _begin(self, lesson: Begin, session: Session) -> None:
        number = len(self.proposals) + 1
        self.sessions_of_proposal[number] = [session]
        self.proposals[number] = Proposal(
            id=number,
            kind=lesson.kind,
            status=_status(ProposalStatus.FORMING, 1),
            version=1,
            draft=lesson.draft,
            support=Support(session_ids=(session.id,), imported=1),
            confidence=0.0,
            analyst=self.analyst.name,
            created_at=session.created_at,
            updated_at=session.created_at,
            flow_id=lesson.flow.id if lesson.flow else None,
        )

    def _join(self, lesson: Join, session: Session) -> None:
        known = self.sessions_of_proposal[lesson.proposal.id]
        known.append(session)
        self.proposals[lesson.proposal.id] = replace(
            lesson.proposal,
            kind=lesson.kind,
            draft=lesson.draft,
            status=_status(lesson.proposal.status, len(known)),
        )

    def _publish(self, proposal: Proposal, now: datetime) -> None:
        number = proposal.flow_id or len(self.flows) + 1
        version = FlowVersion(
            number=1, draft=proposal.draft, published_by="U1", published_at=now, change="Approved."
        )
        self.flows[number] = Flow(id=number, origin=FlowOrigin.AI_GENERATED, current=version)
        self.sessions_of_flow.setdefault(number, []).extend(self.sessions_of_proposal[proposal.id])
        self.proposals[proposal.id] = replace(proposal, status=ProposalStatus.APPROVED)


def _status(before: ProposalStatus, sessions: int) -> ProposalStatus:
    return status_when_supported(
        before, sessions=sessions, imported=sessions, min_imported=COMPANY, quota_left=PLENTY
    )


def newest(sessions: Sequence[Session], limit: int) -> tuple[Session, ...]:
    return tuple(sorted(sessions, key=lambda each: (each.created_at, each.id), reverse=True)[:limit])


def stems_of(text: str) -> frozenset[str]:
    return frozenset(stem_of(word) for word in words_of(text) if word not in STOP_WORDS)


def sieved(stems: frozenset[str], domain: ProblemDomain | None, drafts: dict[int, FlowDraft]) -> list[int]:
    """The numbers of the drafts that share the most words, as the database would find them."""
    shared = {
        number: len(stems & stems_of(_text_of(draft)))
        for number, draft in drafts.items()
        if domain is None or draft.problem_domain in (None, domain)
    }
    found = sorted(
        (number for number in shared if shared[number]), key=lambda number: (-shared[number], number)
    )
    return found[:MAX_CANDIDATES]


def _text_of(draft: FlowDraft) -> str:
    nodes = (node.text for node in draft.tree.nodes.values())
    return " ".join([draft.title, draft.summary, *draft.keywords, *nodes])

"""Learning without a database: the product's analyst, rules and merge on flows and proposals in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.ai.outline import OutlineAnalyst
from bot.ai.redaction import redact_session
from bot.ai.wording import STOP_WORDS, stem_of, words_of
from bot.domain.analysis import Candidate, CandidateKind, CandidateRef
from bot.domain.flows import Flow, FlowDraft, FlowOrigin, FlowVersion
from bot.domain.formats import MAX_PROBLEMS
from bot.domain.learning import Begin, Join, Reinforce, learn
from bot.domain.ports import Analyst
from bot.domain.proposals import Proposal, ProposalKind, ProposalStatus, Support, status_when_supported
from bot.domain.sessions import ProblemDomain, Session
from bot.domain.uniting import Body, Union, union_of
from bot.services.analysis import MAX_CANDIDATES, SESSIONS_PER_CANDIDATE
from bot.services.uniting import MAX_SESSIONS, united_of

COMPANY = 2
"""Imported sessions that it takes to propose."""
OPEN = (ProposalStatus.FORMING, ProposalStatus.PENDING)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
PLENTY = 1_000
"""Of the day's quota there is always some left."""


@dataclass
class Desk:
    """A workspace in memory. `sessions_of_*` hold their sessions, oldest first."""

    flows: dict[int, Flow] = field(default_factory=dict)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    sessions_of_flow: dict[int, list[Session]] = field(default_factory=dict)
    sessions_of_proposal: dict[int, list[Session]] = field(default_factory=dict)
    analyst: Analyst = field(default_factory=OutlineAnalyst)

    async def learn_from(self, sessions: Sequence[Session]) -> None:
        """Analyse the sessions and bring together what is one."""
        waiting = list(sessions)
        while True:
            for session in waiting:
                await self._analyse(session)
            waiting = self._unite()
            if not waiting:
                return

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

    async def _analyse(self, session: Session) -> None:
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

    def _candidates(self, session: Session) -> list[Candidate]:
        stems = stems_of(" ".join([session.problem, *(step.prompt for step in session.steps)]))
        growing = {each.id: each for each in self.proposals.values() if each.status in OPEN}
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

    def _unite(self) -> list[Session]:
        """Bring together what has changed with what it is one with. Returns the sessions to analyse again."""
        left: list[Session] = []
        changed = self._bodies()
        while changed:
            body = changed.pop(0)
            others = [each for each in self._bodies() if _name(each) != _name(body)]
            found = [(other, united) for other in others if (united := united_of(body, other))]
            if not found:
                continue
            other, united = max(found, key=lambda pair: pair[1].score)
            left += self._bring_together(union_of(body, other, united.tree), united.left)
            gone = {_name(body), _name(other)}
            changed = [each for each in changed if _name(each) not in gone]
            changed += [each for each in self._bodies() if _name(each) in gone]
        return left

    def _bodies(self) -> list[Body]:
        """Proposals first, as the service compares them."""
        growing = {each.id: each for each in self.proposals.values() if each.status in OPEN}
        change_of = {each.flow_id: each for each in growing.values() if each.flow_id}
        spoken_for = {flow_id for each in growing.values() for flow_id in each.absorbs}
        new = [self._body(None, each) for each in growing.values() if each.flow_id is None]
        flows = [each for each in self.flows.values() if each.id not in spoken_for]
        return [*new, *(self._body(flow, change_of.get(flow.id)) for flow in flows)]

    def _body(self, flow: Flow | None, proposal: Proposal | None) -> Body:
        sessions = list(self.sessions_of_proposal[proposal.id]) if proposal else []
        for flow_id in [*([flow.id] if flow else []), *(proposal.absorbs if proposal else [])]:
            sessions += self.sessions_of_flow[flow_id]
        by_age = sorted(sessions, key=lambda each: (each.created_at, each.id))[-MAX_SESSIONS:]
        return Body(
            flow=flow, proposal=proposal, sessions=tuple(by_age), is_whole=len(sessions) <= MAX_SESSIONS
        )

    def _bring_together(self, union: Union, left: Sequence[Session]) -> list[Session]:
        kept, taken = union.kept, union.taken
        moved = self.sessions_of_proposal.pop(taken.proposal.id) if taken.proposal else []
        if taken.proposal:
            self.proposals[taken.proposal.id] = replace(taken.proposal, status=ProposalStatus.MERGED)
        if union.kind is None and kept.flow:
            self.sessions_of_flow[kept.flow.id] += moved
            return []
        number = kept.proposal.id if kept.proposal else len(self.proposals) + 1
        behind = [*self.sessions_of_proposal.get(number, []), *moved]
        again = [each for each in left if each in behind]
        self.sessions_of_proposal[number] = [each for each in behind if each not in again]
        absorbs = {*kept.absorbed, *taken.absorbed, *([taken.flow.id] if taken.flow else [])}
        before = kept.proposal or self._new_proposal(number, union.draft, kept.flow)
        self.proposals[number] = replace(
            before,
            kind=union.kind or before.kind,
            draft=union.draft,
            absorbs=tuple(sorted(absorbs)),
            status=_status(before.status, len(behind), joins_flows=bool(absorbs)),
        )
        return again

    def _begin(self, lesson: Begin, session: Session) -> None:
        number = len(self.proposals) + 1
        self.sessions_of_proposal[number] = [session]
        new = self._new_proposal(number, lesson.draft, lesson.flow)
        self.proposals[number] = replace(new, kind=lesson.kind, status=_status(new.status, 1))

    def _new_proposal(self, number: int, draft: FlowDraft, flow: Flow | None) -> Proposal:
        return Proposal(
            id=number,
            kind=ProposalKind.ENHANCEMENT if flow else ProposalKind.NEW_FLOW,
            status=ProposalStatus.FORMING,
            version=1,
            draft=draft,
            support=Support(),
            confidence=0.0,
            analyst=self.analyst.name,
            created_at=LONG_AGO,
            updated_at=LONG_AGO,
            flow_id=flow.id if flow else None,
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
        number = proposal.flow_id or max(self.flows, default=0) + 1
        version = FlowVersion(
            number=1, draft=proposal.draft, published_by="U1", published_at=now, change="Approved."
        )
        self.flows[number] = Flow(id=number, origin=FlowOrigin.AI_GENERATED, current=version)
        behind = self.sessions_of_flow.setdefault(number, [])
        behind += self.sessions_of_proposal[proposal.id]
        for absorbed in proposal.absorbs:
            behind += self.sessions_of_flow.pop(absorbed)
            del self.flows[absorbed]
        self.proposals[proposal.id] = replace(proposal, status=ProposalStatus.APPROVED)


async def learnt(sessions: Sequence[Session], batch: int, analyst: Analyst | None = None) -> Desk:
    """So many sessions at a time, with everything approved in between and at the end."""
    desk = Desk(analyst=analyst) if analyst else Desk()
    for start in range(0, len(sessions), batch):
        await desk.learn_from(sessions[start : start + batch])
        desk.approve_all(sessions[-1].created_at)
    await desk.learn_from(())
    desk.approve_all(sessions[-1].created_at)
    return desk


def _name(body: Body) -> tuple[int | None, int | None]:
    return (body.flow.id, None) if body.flow else (None, body.proposal.id if body.proposal else None)


def _status(before: ProposalStatus, sessions: int, *, joins_flows: bool = False) -> ProposalStatus:
    return status_when_supported(
        before,
        sessions=sessions,
        imported=sessions,
        min_imported=COMPANY,
        quota_left=PLENTY,
        joins_flows=joins_flows,
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

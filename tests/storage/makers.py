"""Domain values for tests: everything has a default, name what matters."""

from dataclasses import fields
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.domain.flows import Flow, FlowDraft, FlowOrigin
from bot.domain.proposals import Proposal, ProposalKind, ProposalStatus
from bot.domain.scripts import Effect, Language, NewScript, Origin, Place, Recipe, ScriptStatus
from bot.domain.session_acts import Abandon
from bot.domain.sessions import (
    ClaimedSession,
    FlowPlace,
    NewSession,
    ProblemDomain,
    Session,
    SessionSource,
    SessionStatus,
    Step,
    StepKind,
)
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.troubleshooting import act
from storage.database import Database
from tests.conftest import NOW

LEASE = timedelta(minutes=5)
_numbers = count(1)


def a_step(**changes: Any) -> Step:
    values: dict[str, Any] = {
        "kind": StepKind.QUESTION,
        "prompt": "Is split tunnelling on?",
        "options": ("Yes", "No"),
        "choice": "No",
        "help": "Network settings, VPN",
        "at": NOW - timedelta(minutes=30),
    }
    return Step(**values | changes)


def a_session(**changes: Any) -> NewSession:
    values: dict[str, Any] = {
        "external_id": f"T-{next(_numbers)}",
        "source": SessionSource.SLACK,
        "problem": "VPN drops every ten minutes",
        "status": SessionStatus.RESOLVED,
        "created_at": NOW - timedelta(hours=1),
        "resolved_at": NOW - timedelta(minutes=20),
        "problem_domain": ProblemDomain.NETWORKING,
        "engineer": "U1",
        "steps": (
            a_step(),
            a_step(kind=StepKind.ACTION, prompt="Lower the MTU", choice=None, answer_text="did it"),
        ),
        "resolution": "Lowered the MTU to 1350.",
    }
    return NewSession(**values | changes)


def a_live_session(**changes: Any) -> NewSession:
    """One that somebody begins in Slack."""
    begun = {"status": SessionStatus.ACTIVE, "steps": (), "resolution": None, "resolved_at": None}
    return a_session(**begun | {"created_at": NOW} | changes)


def a_tree(*, text: str = "Is split tunnelling on?", evidence: frozenset[Evidence] = frozenset()) -> FlowTree:
    question = Node(
        kind=NodeKind.QUESTION,
        text=text,
        help="Network settings",
        options=(Option("o1", "No", "n2"), Option("o2", "Yes", "n3")),
        evidence=evidence,
    )
    fix = Node(kind=NodeKind.RESOLUTION, text="Lower the MTU to 1350.")
    other = Node(kind=NodeKind.ESCALATION, text="Ask the network team.")
    return FlowTree("n1", {"n1": question, "n2": fix, "n3": other})


def a_draft(**changes: Any) -> FlowDraft:
    values: dict[str, Any] = {
        "title": "VPN drops",
        "summary": "The tunnel drops after a few minutes.",
        "tree": a_tree(),
        "problem_domain": ProblemDomain.NETWORKING,
        "keywords": ("vpn", "mtu"),
    }
    return FlowDraft(**values | changes)


def a_recipe(**changes: Any) -> Recipe:
    values: dict[str, Any] = {
        "language": Language.BASH,
        "title": "Empty a folder",
        "explanation": "Deletes what is in it.",
        "body": "run rm -r -- /tmp/cache",
    }
    return Recipe(**values | changes)


def a_script(session_id: int | None = None, **changes: Any) -> NewScript:
    """A destructive one that waits for a second person."""
    values: dict[str, Any] = {
        "language": Language.BASH,
        "title": "Empty a folder",
        "explanation": "Deletes what is in it.",
        "text": "rm -r -- /tmp/cache\n",
        "effect": Effect.DESTRUCTIVE,
        "origin": Origin.TYPED,
        "values": {},
        "created_by": "U1",
        "created_at": NOW,
        "place": Place(session_id=session_id),
        "status": ScriptStatus.WAITING,
    }
    return NewScript(**values | changes)


def as_given(session: Session) -> NewSession:
    """The stored session without its id, to compare with what was given."""
    values = {field.name: getattr(session, field.name) for field in fields(NewSession)}
    return NewSession(**values)


def as_session(given: NewSession, session_id: int = 1) -> Session:
    """The session as it is once stored."""
    return Session(id=session_id, **{field.name: getattr(given, field.name) for field in fields(NewSession)})


async def stored(database: Database, workspace_id: str, *given: NewSession) -> list[Session]:
    """Add the sessions; they come back in their order, as the database has them."""
    async with database.transaction(workspace_id) as tx:
        await tx.sessions.add_many(given, now=NOW)
    async with database.transaction(workspace_id) as tx:
        ids = [
            (await tx.sessions.ids(session.source, [session.external_id]))[session.external_id]
            for session in given
        ]
        return await tx.sessions.get_many(ids)


async def claimed(database: Database, limit: int = 100, *, now: datetime = NOW) -> list[ClaimedSession]:
    async with database.all_workspaces() as door:
        return await door.claim_analyses(now, LEASE, limit)


async def proposed(
    database: Database, workspace_id: str, draft: FlowDraft | None = None, **changes: Any
) -> Proposal:
    """A new proposal, pending unless told otherwise, supported by no session yet."""
    values: dict[str, Any] = {
        "kind": ProposalKind.NEW_FLOW,
        "status": ProposalStatus.PENDING,
        "confidence": 0.8,
        "analyst": "outline/1",
        "now": NOW,
    }
    async with database.transaction(workspace_id) as tx:
        return await tx.proposals.add(draft or a_draft(), **values | changes)


async def published(database: Database, workspace_id: str, draft: FlowDraft | None = None) -> Flow:
    async with database.transaction(workspace_id) as tx:
        return await tx.flows.publish_new(
            draft or a_draft(), origin=FlowOrigin.MANUAL, by="UADMIN", at=NOW, change="First version"
        )


async def followed_in_vain(
    database: Database, workspace_id: str, flow: Flow, *, times: int = 6, now: datetime = NOW
) -> None:
    """Sessions of the day before that the flow led nowhere; six are enough to doubt it."""
    begun_at, place = now - timedelta(days=1), FlowPlace(flow.id, flow.current.number, flow.tree.root)
    async with database.transaction(workspace_id) as tx:
        for _ in range(times):
            session = a_live_session(created_at=begun_at)
            session_id = await tx.threads.begin(
                session, channel="C1", thread_ts=None, place=place, now=begun_at
            )
            assert session_id
            given_up = act(await tx.threads.get(session_id), Abandon(by="U1"), flow.tree, at=begun_at)
            assert await tx.threads.save(given_up, seen_revision=1)

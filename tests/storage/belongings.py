"""What a workspace has: one of everything, and how all of it is seen from outside."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
from sqlalchemy import text

from bot.domain.captures import captured_id
from bot.domain.editing import Edited, Subject
from bot.domain.flows import FlowOrigin
from bot.domain.gap_rule import GapLevel
from bot.domain.gaps import Gap, GapFigures, GapKind, MuteCode
from bot.domain.members import Role
from bot.domain.proposal_lists import ProposalFilter
from bot.domain.proposals import Decision, MessageRef, ProposalKind, ProposalStatus
from bot.domain.replay import ProposalReplay
from bot.domain.scripts import Effect, Language, Origin, TemplateStatus
from bot.domain.sessions import AnalysisOutcome, ProblemDomain, Session, SessionSource
from bot.domain.spending import Spending
from bot.domain.statistics import Rate
from bot.domain.step_scripts import TemplateName
from bot.domain.troubleshooting import Flag
from bot.domain.windows import Span, Window
from bot.domain.workspaces import WorkspaceSettings
from storage.database import Database
from storage.installations import Installation
from storage.tables import metadata
from storage.transaction import Transaction
from tests.conftest import NOW
from tests.storage.makers import (
    a_draft,
    a_live_session,
    a_recipe,
    a_script,
    a_session,
    claimed,
    proposed,
    published,
    stored,
)

SPENDING = Spending(model="claude", requests=1, cost_micros=7)
WINDOW = Window(NOW - timedelta(days=7), NOW, "UTC", 7)
A_GAP = Gap(
    kind=GapKind.UNCHARTED,
    key="domain:printing",
    level=GapLevel.ALERT,
    subject="Printing",
    figures=GapFigures(rate=Rate(6, 6), baseline=0.45, certainty=0.93, days=30),
    engineers=2,
    minutes_saved=60.0,
)
DAY = Span(NOW - timedelta(hours=12), NOW)
CAPTURED = MessageRef("C1", "1.2")

Touch = Callable[[Transaction], Awaitable[object]]


class Belongings:
    """One of everything in a workspace, by ids that a stranger may have got hold of."""

    def __init__(self, database: Database, workspace_id: str) -> None:
        self.database, self.workspace_id = database, workspace_id

    async def settle(self) -> None:
        (self.session,) = await stored(self.database, self.workspace_id, a_session())
        (self.claim,) = await claimed(self.database)
        self.proposal = await proposed(self.database, self.workspace_id)
        self.flow = await published(self.database, self.workspace_id)
        async with self.database.transaction(self.workspace_id) as tx:
            await tx.members.ensure("U1", "Ada", Role.ADMIN)
            await tx.homes.open("U1", now=NOW)
            digest = await tx.digests.open(NOW.date(), NOW)
            assert digest
            self.digest = digest
            self.token = await tx.tokens.add("ci", b"hash", is_admin=True, now=NOW)
            await tx.utterances.remember("key", MessageRef("C1", "1.1"), NOW)
            await tx.events.first_seen("Ev1", NOW - timedelta(days=1))
            draft = await tx.drafts.begin(
                Subject(Edited.PROPOSAL, self.proposal.id), a_draft(), base_version=1, member_id="U1", now=NOW
            )
            assert draft
            self.draft = draft
            recipe = a_recipe()
            self.template = await tx.script_templates.add(
                recipe, effect=Effect.CHANGES, origin=Origin.TYPED, by="U1", now=NOW
            )
            self.script = await tx.scripts.add(a_script(self.session.id, template_id=self.template.id))
            await tx.spendings.add(self.session.id, SPENDING, analyst="claude", now=NOW)
            await tx.batches.open({self.session.id: []}, analyst="claude", model="claude", until=NOW, now=NOW)
            (self.batch,) = await tx.batches.opened()
            await tx.gaps.write([A_GAP], now=NOW)
            (gap,) = (await tx.gaps.history()).stored
            self.gap = gap.id
            await tx.rollups.renew([DAY], at_most=1)
            await tx.audit.record("U1", "approve", "proposal", self.proposal.id, {}, NOW)
            thread_id = await tx.threads.begin(
                a_live_session(), channel="C1", thread_ts="1.1", place=None, now=NOW
            )
            assert thread_id
            self.thread = await tx.threads.get(thread_id)
            captured = a_session(source=SessionSource.CAPTURE, external_id=captured_id(CAPTURED))
            await tx.captures.add(captured, CAPTURED, now=NOW)
            await tx.installations.save(
                Installation(
                    workspace_id=self.workspace_id,
                    app_id="A1",
                    bot_user_id="B1",
                    bot_token=b"secret",
                    scopes=("commands",),
                    installed_at=NOW,
                )
            )
        await claimed(self.database)  # what was captured, so that nobody else gets it

    def touches(self) -> list[Touch]:
        """Every way to get at them."""
        decision = Decision(
            proposal_id=self.proposal.id,
            was=ProposalStatus.PENDING,
            seen_version=1,
            status=ProposalStatus.APPROVED,
            by="U1",
            at=NOW,
        )
        finish = {"outcome": AnalysisOutcome.SKIPPED, "analyst": "x", "now": NOW}
        publish = {"origin": FlowOrigin.MANUAL, "by": "U1", "at": NOW, "change": "x"}
        ref = MessageRef("C9", "9.9")
        session, proposal, flow = self.session.id, self.proposal.id, self.flow.id
        return [
            lambda tx: tx.sessions.get(session),
            lambda tx: tx.sessions.get_many([session]),
            lambda tx: tx.sessions.external_ids([session]),
            lambda tx: tx.sessions.ids(SessionSource.SLACK, [self.session.external_id]),
            lambda tx: tx.sessions.of_flow(flow, 9),
            lambda tx: tx.sessions.of_proposal(proposal, 9),
            lambda tx: tx.sessions.to_replay(
                flow_ids=[flow], proposal_ids=[proposal], domain=None, without=(), limit=9
            ),
            lambda tx: problems_of(tx, flow),
            lambda tx: problems_behind(tx, flow, proposal),
            lambda tx: tx.sessions.analysis_of(session),
            lambda tx: tx.sessions.count(),
            lambda tx: tx.sessions.failed_analyses(),
            lambda tx: tx.sessions.retry_failed(),
            lambda tx: tx.sessions.analyse_again(proposal),
            lambda tx: tx.sessions.analyse_these_again([session]),
            lambda tx: tx.sessions.support_instead(proposal, instead_of=proposal),
            lambda tx: tx.sessions.learnt_by_instead(flow, instead_of=flow),
            lambda tx: tx.sessions.finish_analysis(self.claim, **finish),
            lambda tx: tx.sessions.fail_analysis(self.claim, error="x", retry_at=None, now=NOW),
            lambda tx: tx.threads.get(self.thread.session.id),
            lambda tx: tx.threads.find_started("S-1"),
            lambda tx: tx.threads.find_in(MessageRef("C1", "1.1")),
            lambda tx: tx.threads.of_member("U1", is_open=True, limit=9),
            lambda tx: tx.threads.followed(flow, since=NOW - timedelta(days=1), limit=9),
            lambda tx: tx.threads.flagged(flow, since=NOW - timedelta(days=1), limit=9),
            lambda tx: tx.threads.silent(NOW + timedelta(days=1), 9),
            lambda tx: tx.threads.unanswered(NOW + timedelta(days=1), 9),
            lambda tx: tx.threads.learnt_from(session),
            lambda tx: tx.threads.save(self.thread, seen_revision=1),
            lambda tx: tx.threads.set_thread(self.thread.session.id, ref),
            lambda tx: tx.threads.add_flag(self.thread.session.id, Flag(step=1, note="x", by="U1")),
            lambda tx: tx.threads.set_asked(self.thread.session.id, revision=1, at=NOW),
            lambda tx: tx.threads.discard(self.thread.session.id),
            lambda tx: tx.captures.find_in(CAPTURED),
            lambda tx: tx.flows.version(flow, 1),
            lambda tx: tx.utterances.found(["key"]),
            lambda tx: tx.flows.get(flow),
            lambda tx: tx.flows.find(flow),
            lambda tx: tx.flows.listed(limit=9),
            lambda tx: tx.flows.listed(words="vpn", limit=9),
            lambda tx: tx.flows.candidates("vpn", None, 9),
            lambda tx: tx.flows.versions(flow),
            lambda tx: tx.flows.not_compared(9),
            lambda tx: tx.flows.set_compared(flow, 1),
            lambda tx: tx.flows.compare_again(flow, while_sessions=9),
            lambda tx: tx.flows.archived(9),
            lambda tx: tx.flows.archive(flow, at=NOW),
            lambda tx: tx.flows.restore(flow, at=NOW),
            lambda tx: use_of(tx, flow),
            lambda tx: tx.flows.publish_version(flow, a_draft(), base_version=1, **publish),
            lambda tx: tx.flows.roll_back(flow, 1, by="U1", at=NOW),
            lambda tx: tx.proposals.get(proposal),
            lambda tx: tx.proposals.find(proposal),
            lambda tx: tx.proposals.listed(None, 9),
            lambda tx: tx.proposals.page(ProposalFilter(), after=0, limit=9),
            lambda tx: tx.proposals.counts(),
            lambda tx: tx.proposals.get_many([proposal]),
            lambda tx: tx.review_queue.entries(tuple(ProposalStatus), recent=NOW),
            lambda tx: tx.review_queue.guided_minutes(recent=NOW - timedelta(days=1)),
            lambda tx: tx.homes.find("U1"),
            lambda tx: tx.homes.set_hash("U1", "x"),
            lambda tx: tx.homes.is_any_known(),
            lambda tx: tx.homes.opened_since(NOW),
            lambda tx: tx.homes.forget_before(NOW + timedelta(days=1)),
            lambda tx: own_sessions_of(tx, "U1"),
            lambda tx: tx.homes.followed_in_a_row(),
            lambda tx: tx.proposals.forming_in_company(1, 9),
            lambda tx: tx.proposals.candidates("vpn", None, 9),
            lambda tx: tx.proposals.rejected_like("vpn", None, 9),
            lambda tx: tx.proposals.shown_since(NOW),
            lambda tx: tx.proposals.changing([flow]),
            lambda tx: tx.proposals.refused_unions([flow]),
            lambda tx: tx.proposals.joined_to(flow),
            lambda tx: tx.proposals.rejected_between(NOW - timedelta(days=1), NOW + timedelta(days=1)),
            lambda tx: tx.proposals.not_compared(9),
            lambda tx: tx.proposals.set_compared(proposal, 1),
            lambda tx: tx.proposals.merge_into(None, proposal, seen_version=1, now=NOW),
            lambda tx: tx.proposals.apply(decision),
            lambda tx: tx.proposals.grow(
                proposal,
                seen_version=1,
                kind=ProposalKind.NEW_FLOW,
                draft=a_draft(),
                status=ProposalStatus.PENDING,
                confidence=1,
                now=NOW,
            ),
            lambda tx: tx.proposals.show(proposal, now=NOW),
            lambda tx: tx.proposals.supersede(flow, now=NOW),
            lambda tx: tx.proposals.set_published(proposal, flow, 1),
            lambda tx: tx.proposals.set_card(proposal, ref),
            lambda tx: tx.proposals.set_replay(proposal, ProposalReplay(version=1)),
            lambda tx: tx.proposals.expire(untouched_since=NOW + timedelta(days=1), now=NOW),
            lambda tx: tx.drafts.find(self.draft.subject),
            lambda tx: tx.drafts.get(self.draft.id),
            lambda tx: tx.drafts.save(self.draft, seen_revision=1),
            lambda tx: tx.drafts.take(self.draft),
            lambda tx: tx.drafts.forget(self.draft.subject),
            lambda tx: tx.drafts.forget_idle(NOW + timedelta(days=1)),
            lambda tx: tx.gaps.flows(WINDOW, 9),
            lambda tx: steps_of(tx, flow),
            lambda tx: tx.gaps.unmatched(WINDOW, 9),
            lambda tx: tx.gaps.taught_later(WINDOW),
            lambda tx: tx.gaps.published_at([flow]),
            lambda tx: tx.gaps.get(self.gap),
            lambda tx: tx.gaps.worst(9),
            lambda tx: tx.gaps.close_others([], now=NOW),
            lambda tx: tx.gaps.mute(self.gap, by="U1", code=MuteCode.ONE_OFF, reason=None, now=NOW),
            lambda tx: tx.gaps.set_proposal(self.gap, proposal),
            lambda tx: tx.gaps.published_for(NOW - timedelta(days=9), 9),
            lambda tx: tx.gaps.teaching(ProblemDomain.NETWORKING, NOW - timedelta(days=9), 9),
            lambda tx: tx.sessions.claim_waiting([session], NOW, timedelta(minutes=1)),
            lambda tx: tx.scripts.get(self.script.id),
            lambda tx: tx.scripts.add(a_script(session)),
            lambda tx: tx.scripts.confirm(self.script.id, by="U2", now=NOW),
            lambda tx: tx.script_templates.get(self.template.id),
            lambda tx: tx.script_templates.approved(Language.BASH, 9),
            lambda tx: tx.script_templates.of_flow(flow),
            lambda tx: tx.script_templates.named(TemplateName.of(self.template.recipe)),
            lambda tx: tx.threads.find_place(session),
            lambda tx: tx.script_templates.move(
                self.template.id, seen=TemplateStatus.DRAFT, to=TemplateStatus.APPROVED
            ),
            lambda tx: tx.members.find("U1"),
            lambda tx: tx.members.set_role("U1", Role.ENGINEER),
            lambda tx: tx.members.admins(),
            lambda tx: tx.members.names(["U1"]),
            lambda tx: tx.digests.get(self.digest),
            lambda tx: tx.digests.mark_posted(self.digest, ref, NOW),
            lambda tx: tx.digests.published_between(NOW, NOW + timedelta(days=1)),
            lambda tx: tx.digests.followed_between(NOW - timedelta(days=1), NOW + timedelta(days=1)),
            lambda tx: tx.digests.effects(WINDOW, 9),
            lambda tx: tx.spendings.add(session, SPENDING, analyst="x", now=NOW),
            lambda tx: tx.batches.open({session: []}, analyst="x", model="x", until=NOW, now=NOW),
            lambda tx: tx.batches.opened(),
            lambda tx: tx.batches.set_remote_id(self.batch.id, "x"),
            lambda tx: tx.batches.end(self.batch, {session: "x"}, now=NOW),
            lambda tx: tx.batches.set_free([session], now=NOW),
            lambda tx: tx.batches.find_answer(session),
            lambda tx: tx.tokens.listed(),
            lambda tx: tx.tokens.revoke(self.token.id, NOW),
            lambda tx: tx.tokens.used(self.token.id, NOW),
            lambda tx: tx.utterances.find("key"),
            lambda tx: tx.events.forget_before(NOW),
            lambda tx: tx.utterances.forget_before(NOW),
            lambda tx: tx.audit.listed(9),
            lambda tx: tx.audit.of("proposal", self.proposal.id, 9),
            lambda tx: tx.installations.find(),
            lambda tx: tx.installations.lock(),
            lambda tx: tx.installations.set_active(active=False),
            lambda tx: tx.workspaces.change_settings(WorkspaceSettings(digest_hour=1)),
            lambda tx: tx.workspaces.set_active(active=False, at=NOW),
            lambda tx: tx.workspaces.advance_knowledge(7),
        ]


async def problems_of(tx: Transaction, flow_id: int) -> list[str]:
    return (await tx.sessions.problems_of_flows([flow_id], 9))[flow_id]


async def steps_of(tx: Transaction, flow_id: int) -> tuple[Session, ...]:
    return (await tx.gaps.walked(WINDOW, [flow_id], 9))[flow_id]


async def own_sessions_of(tx: Transaction, member_id: str) -> int:
    own = await tx.homes.own_sessions(member_id)
    return len(own.open) + len(own.closed) + own.resolved


async def read_rollups(tx: Transaction) -> int:
    tables = ("rolled_spans", "rolled_created", "rolled_resolved", "rolled_pushes", "stale_hours")
    return sum([await tx.statements.value(text(f"SELECT count(*) FROM {name}")) for name in tables])  # noqa: S608


async def problems_behind(tx: Transaction, flow_id: int, proposal_id: int) -> list[str]:
    of_flow = (await tx.sessions.problems_behind_flows([flow_id], 9))[flow_id]
    of_proposal = (await tx.sessions.problems_behind_proposals([proposal_id], 9))[proposal_id]
    return [*of_flow.values(), *of_proposal.values()]


async def use_of(tx: Transaction, flow_id: int) -> int:
    return (await tx.flows.uses([flow_id]))[flow_id].behind


async def everything(superuser: asyncpg.Connection, workspace_id: str) -> dict[str, list[str]]:
    """All rows of a workspace as text, seen from outside."""
    found = {}
    for name in set(metadata.tables) - {"oauth_states"}:
        key = "id" if name == "workspaces" else "workspace_id"
        rows = await superuser.fetch(f"SELECT t::text AS line FROM {name} t WHERE {key} = $1", workspace_id)  # noqa: S608
        found[name] = sorted(row["line"] for row in rows)
    return found

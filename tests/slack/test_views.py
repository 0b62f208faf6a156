"""Everything that people see, within Slack's limits whatever is in it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.domain.cards import (
    PastEvent,
    ProposalCard,
    ProposalDetails,
    ProposalHistory,
    SessionSeen,
    StepSeen,
)
from bot.domain.conversations import Account, Tried
from bot.domain.editing import Workbench
from bot.domain.errors import InvalidTreeError, ReasonMissingError, TreeProblem
from bot.domain.flow_use import NodeUse, TreeUse
from bot.domain.flows import FlowDraft, FlowMention
from bot.domain.heat_maps import HeatMap
from bot.domain.homes import OwnSessions
from bot.domain.members import Member
from bot.domain.outline_text import from_outline, to_outline
from bot.domain.proposals import MessageRef, ProposalKind, ProposalStatus
from bot.domain.review_batches import Batch, BatchItem, BatchVerb, Pick
from bot.domain.review_queue import QueuePage, QueueRow
from bot.domain.scripts import Advice, Effect, FoundCommand, TemplateStatus
from bot.domain.sessions import AnalysisOutcome, ProblemDomain, Step, StepKind
from bot.domain.statistics import Interval, Minutes
from bot.domain.step_scripts import StepScript, TemplateCard, TemplateName, WrittenAt
from bot.domain.threads import Learnt, MySessions, SessionThread
from bot.domain.trees import Evidence, FlowTree, Node, NodeKind, Option
from bot.domain.validation import problems_of as tree_problems
from bot.sandbox import Problem, lint_message, lint_view
from bot.slack.ids import DraftPlace, RecipePlace, SessionTurn
from bot.slack.views import (
    batches,
    by_hand,
    captures,
    details,
    digest_details,
    digests,
    editor,
    evidence,
    flows,
    gaps,
    heat_maps,
    histories,
    home,
    notices,
    proposals,
    queue,
    reasons,
    samples,
    samples_details,
    samples_digests,
    samples_homes,
    samples_scripts,
    samples_sessions,
    scripts,
    session_forms,
    sessions,
    stats,
    step_forms,
    step_scripts,
    workbench,
)
from bot.slack.views import (
    help as help_view,
)
from bot.slack.views import settings as settings_view
from bot.slack.views.editor import split_outline, tree_errors
from bot.slack.views.trees import change_lines

_AT = MessageRef("C1", "1.1")
MODULES = (
    batches,
    by_hand,
    captures,
    details,
    digest_details,
    digests,
    editor,
    evidence,
    flows,
    gaps,
    heat_maps,
    help_view,
    histories,
    home,
    notices,
    proposals,
    queue,
    reasons,
    session_forms,
    sessions,
    scripts,
    settings_view,
    stats,
    step_forms,
    step_scripts,
    workbench,
)


def name_of(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


EXAMPLES = [
    pytest.param(make, id=f"{name_of(module)}: {name}")
    for module in MODULES
    for name, make in module.EXAMPLES.items()
]
UPDATED_TEXT = 4000
NASTY = st.text(
    st.one_of(
        st.sampled_from("<>&*_~`|!@#:\n\t \u200b\U0001f600…"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    )
)


def long_text(most: int) -> st.SearchStrategy[str]:
    """Texts up to `most` characters, more often long than hypothesis likes to make them."""
    repeated = st.builds(lambda piece, times: (piece * times)[:most], NASTY, st.integers(1, most))
    return st.one_of(NASTY.map(lambda text: text[:most]), repeated)


def trees() -> st.SearchStrategy[FlowTree]:
    """A question with up to ten answers, each to an end or to an action."""
    texts = long_text(2000).map(lambda text: text.strip() or "What?")
    labels = st.lists(long_text(75).map(lambda text: text.strip() or "Yes"), min_size=1, max_size=10)

    def tree(labels: list[str], texts: list[str]) -> FlowTree:
        ends = {
            f"n{number + 2}": Node(kind=NodeKind.RESOLUTION, text=texts[number % len(texts)])
            for number in range(len(labels))
        }
        options = tuple(Option(f"o{n}", label, f"n{n + 2}") for n, label in enumerate(labels))
        return FlowTree("n1", {"n1": Node(kind=NodeKind.QUESTION, text=texts[0], options=options), **ends})

    return st.builds(tree, labels, st.lists(texts, min_size=1, max_size=5))


def cards() -> st.SearchStrategy[ProposalCard]:
    """Cards of every status and kind, with whatever people and models write."""

    def card(tree: FlowTree, texts: list[str], status: ProposalStatus, kind: ProposalKind) -> ProposalCard:
        draft = FlowDraft(title=texts[0], summary=texts[1], tree=tree)
        base = samples.APPROVED.proposal
        proposal = replace(base, status=status, kind=kind, draft=draft, reason=texts[2])
        flow = None if kind is ProposalKind.NEW_FLOW else FlowMention(3, texts[0], 4)
        published = FlowMention(3, texts[1], 1) if status is ProposalStatus.APPROVED else None
        sources = tuple(replace(samples.SESSION, problem=text, ticket=text[:100]) for text in texts)
        before = samples.TREE if flow else None
        return ProposalCard(proposal=proposal, sources=sources, flow=flow, before=before, published=published)

    texts = st.lists(long_text(3000), min_size=3, max_size=3)
    return st.builds(card, trees(), texts, st.sampled_from(ProposalStatus), st.sampled_from(ProposalKind))


def problems_of(payload: dict[str, Any]) -> list[Problem]:
    return lint_view(payload) if "type" in payload else lint_message(payload, most_text=UPDATED_TEXT)


def speaks_to_somebody(payload: dict[str, Any]) -> bool:
    """Whether any mrkdwn in it calls a channel."""
    return any(
        call in words for words in mrkdwn_of(payload) for call in ("<!channel", "<!here", "<!everyone")
    )


def mrkdwn_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if value.get("type") == "mrkdwn" else []
        return own + [words for inner in value.values() for words in mrkdwn_of(inner)]
    return [words for inner in value for words in mrkdwn_of(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize("make", EXAMPLES)
def test_every_example_keeps_the_limits(make: Callable[[], dict[str, Any]]) -> None:
    assert problems_of(make()) == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_the_gallery(module: ModuleType, snapshot: SnapshotAssertion) -> None:
    shown = {name: make() for name, make in module.EXAMPLES.items()}
    assert shown == snapshot.use_extension(JSONSnapshotExtension)


@settings(max_examples=60, deadline=None)
@given(card=cards())
def test_no_proposal_breaks_a_limit_or_calls_a_channel(card: ProposalCard) -> None:
    session = replace(
        samples.SESSION, problem=card.proposal.draft.summary, resolution=card.sources[2].problem
    )
    rows = tuple(QueueRow(proposal=replace(card.proposal, id=number)) for number in range(10))
    page = QueuePage(rows=rows, found=30)
    shown = [
        proposals.proposal_card(card, samples.PICTURE),
        proposals.proposal_card(card, None),
        details.details_modal(
            ProposalDetails(card=card, evidence=(session,) * 30, failed=card.sources), None, samples.LINKS
        ),
        reasons.reject_modal(card.proposal),
        reasons.explain_modal(card.proposal),
        queue.queue_answer(samples.QUEUE, page, now=samples.NOW),
        home.home_view(replace(samples_homes.ADMIN_HOME, page=page), now=samples.NOW),
    ]
    assert [problems_of(payload) for payload in shown] == [[]] * len(shown)
    assert not any(speaks_to_somebody(payload) for payload in shown)


@settings(max_examples=30, deadline=None)
@given(tree=trees(), text=long_text(3000), name=long_text(200), leads_back=st.booleans())
def test_no_evidence_breaks_a_limit_or_calls_a_channel(
    tree: FlowTree, text: str, name: str, *, leads_back: bool
) -> None:
    root = replace(tree.nodes["n1"], evidence=frozenset({Evidence(1, at) for at in range(30)}), script=text)
    tree = FlowTree("n1", {**tree.nodes, "n1": root})
    proposal = replace(samples.APPROVED.proposal, draft=FlowDraft(title=text, summary=text, tree=tree))
    step = Step(kind=StepKind.QUESTION, prompt=text, choice=name, answer_text=text)
    session = replace(samples.SESSION, problem=text, ticket=name, steps=(step,) * 30, resolution=text)
    card = replace(
        samples_details.REJECTED_BY_HAND, author=text, proposal=replace(proposal, proposed_by="U1")
    )
    event = PastEvent(action=name, by=name, at=samples.NOW, detail={"reason": text})
    shown = [
        evidence.step_modal(
            StepSeen(proposal=proposal, node_id="n1", number=1, sessions=(session,) * 40),
            leads_back=leads_back,
        ),
        evidence.session_modal(
            SessionSeen(proposal=proposal, session=session, engineer=text), "https://x.y/z"
        ),
        histories.history_modal(ProposalHistory(proposal=proposal, events=(event,) * 40, names={name: text})),
        by_hand.author_message(card),
        by_hand.kept_modal(text, DraftPlace(5, 3)),
        proposals.proposal_card(card, None),
    ]
    assert [problems_of(payload) for payload in shown] == [[]] * len(shown)
    assert not any(speaks_to_somebody(payload) for payload in shown)


def test_the_largest_proposal_in_a_script_of_many_bytes_keeps_the_limits() -> None:
    """200 steps with all that a step may say, each changed, and the longest sessions."""
    long = "\N{CJK UNIFIED IDEOGRAPH-56DE}" * 2000
    ends = {f"n{at}": Node(kind=NodeKind.RESOLUTION, text=f"{at}{long}"[:2000]) for at in range(21, 201)}
    questions = {
        f"n{at}": Node(
            kind=NodeKind.QUESTION,
            text=f"{at}{long}"[:2000],
            options=tuple(
                Option(f"o{n}", f"{n}{long}"[:75], f"n{target}")
                for n, target in enumerate([*range(12 + 9 * at, 21 + 9 * at), *([at + 1] if at < 20 else [])])
            ),
            evidence=frozenset({Evidence(1, 0), Evidence(2, 0)}),
        )
        for at in range(1, 21)
    }
    tree = FlowTree("n1", {**questions, **ends})
    step = Step(kind=StepKind.QUESTION, prompt=long, choice=long, answer_text=long)
    session = replace(samples.SESSION, problem=long, steps=(step,) * 30, resolution=long)
    draft = replace(samples.CHANGE.proposal.draft, title=long, summary=long, tree=tree)
    proposal = replace(samples.CHANGE.proposal, draft=draft)
    facts = ProposalDetails(
        card=replace(samples.CHANGE, proposal=proposal),
        evidence=(session, replace(session, id=2), *(replace(session, id=at) for at in range(3, 41))),
        failed=tuple(replace(session, id=at) for at in range(1, 4)),
        similar=tuple(replace(each, flow=FlowMention(1, long, 1)) for each in samples_details.SIMILAR),
    )
    shown = [
        details.details_modal(
            facts, "https://example.com", dict.fromkeys(range(40), "https://example.com/x")
        ),
        evidence.session_modal(SessionSeen(proposal=proposal, session=session, engineer=long), None),
        evidence.step_modal(StepSeen(proposal=proposal, node_id="n1", number=1, sessions=facts.evidence)),
    ]
    assert tree_problems(tree) == ()
    assert [problems_of(payload) for payload in shown] == [[]] * len(shown)


def everywhere(tree: FlowTree) -> TreeUse:
    """Every step lost somebody."""
    return TreeUse(nodes={each: NodeUse(asked=9, typed=3, escalated=2) for each in tree.nodes}, sessions=9)


@settings(max_examples=40, deadline=None)
@given(tree=trees(), text=long_text(3000), name=long_text(200), archived=st.booleans())
def test_no_flow_breaks_a_limit_or_calls_a_channel(
    tree: FlowTree, text: str, name: str, archived: bool
) -> None:
    draft = FlowDraft(title=text, summary=text, tree=tree)
    version = replace(samples.FLOW_PAGE.flow.current, draft=draft, change=text, published_by=name)
    flow = replace(samples.FLOW_PAGE.flow, current=version, archived=archived)
    versions = tuple(replace(version, number=number) for number in range(40, 0, -1))
    page = replace(
        samples.FLOW_PAGE,
        flow=flow,
        versions=versions,
        steps=TreeUse(nodes={tree.root: NodeUse(asked=9, typed=3)}),
        names={name: text},
        part_of=text,
        flags=tuple(replace(flag, asked=text, note=text, by=name) for flag in samples.FLAGS * 30),
    )
    found = replace(samples.FLOWS, words=text[:1000], flows=(flow,) * 10, page=1, has_more=True)
    shown = [
        flows.flow_modal(page, samples.PICTURE, notice=text),
        flows.flow_list(found),
        flows.flow_list(replace(found, flows=())),
        flows.file_message(text, name),
        heat_maps.heat_modal(HeatMap(flow=flow, use=everywhere(tree)), samples.PICTURE, leads_back=True),
    ]
    assert [problems_of(payload) for payload in shown] == [[]] * len(shown)
    assert not any(speaks_to_somebody(payload) for payload in shown)


def own_sessions(text: str) -> OwnSessions:
    """Sessions that say this wherever somebody can say something."""
    own = samples_homes.OWN
    every = [
        replace(
            each,
            session=replace(each.session, problem=text, external_id=text[:300] or "x", ticket=None),
            reason=text[:1000],
            flow=replace(each.flow, title=text) if each.flow else None,
            proposal=replace(each.proposal, title=text) if each.proposal else None,
        )
        for each in (*own.open, *own.closed)
    ]
    return replace(own, open=tuple(every[:1]), closed=tuple(every[1:]))


@settings(max_examples=40, deadline=None)
@given(text=long_text(5000), name=long_text(200))
def test_no_words_of_people_break_a_limit_or_call_a_channel(text: str, name: str) -> None:
    facts = replace(
        samples_homes.ENGINEER_HOME, reviewers=(Member(id="U1", name=name),), own=own_sessions(text)
    )
    items = tuple(BatchItem(pick=Pick(number, 1), title=text) for number in range(10))
    refused = tuple(replace(item, refusal=ReasonMissingError()) for item in items)
    batch = Batch(verb=BatchVerb.APPROVE, items=(*items[:5], *refused[5:]))
    reasons_of = dict.fromkeys(range(10), text[:1000])
    flows = tuple(FlowMention(number, text, 1) for number in range(8))
    effects = tuple(replace(samples_digests.PAID_OFF, flow=flow) for flow in flows)
    shown = [
        home.home_view(facts, now=samples.NOW),
        batches.batch_modal(batch, reasons_of),
        batches.outcome_modal(batch, reasons_of),
        digests.digest_message(replace(samples.DIGEST, published=flows, effects=effects), samples.PICTURE),
        digest_details.digest_details(replace(samples.DIGEST, published=flows, effects=effects)),
        help_view.help_message(text),
        help_view.unknown_domain_message(text),
        notices.notice_message(text),
        notices.notice_modal("Proposal", text),
        stats.dashboard_message(replace(samples.DASHBOARD, domain=name), None, asked_by="U1"),
    ]
    assert [problems_of(payload) for payload in shown] == [[]] * len(shown)
    assert not any(speaks_to_somebody(payload) for payload in shown)


@settings(max_examples=30, deadline=None)
@given(text=long_text(3000), label=long_text(75), name=long_text(200))
def test_no_session_breaks_a_limit_or_calls_a_channel(text: str, label: str, name: str) -> None:
    step = replace(samples_sessions.STEP, prompt=text, choice=None, answer_text=text, options=(label,) * 10)
    node = Node(
        kind=NodeKind.QUESTION,
        text=text,
        help=text,
        expected=text,
        options=tuple(Option(f"o{number}", label, "n2") for number in range(10)),
    )

    def told(thread: SessionThread) -> SessionThread:
        session = replace(
            thread.live.session, problem=text, ticket=label, resolution=text, steps=(step,) * 30
        )
        live = replace(thread.live, session=session, escalation_reason=text)
        flow = FlowMention(3, text, 1)
        names = dict.fromkeys(thread.names, name)
        return replace(thread, live=live, node=node, flow=flow, offered=flow, names=names)

    threads = [told(each) for each in (samples_sessions.GUIDED, samples_sessions.RESOLVED)]
    asking = told(samples_sessions.WAITING)
    mine = MySessions(open=(threads[0].live,) * 20, ended=(threads[1].live,) * 5)
    shown = [
        *(make(thread) for thread in threads for make in (sessions.opening, sessions.step_message)),
        sessions.step_message(replace(threads[0], node=None)),
        sessions.step_message(asking),
        sessions.briefing_message(asking, "https://example.com/p1"),
        sessions.record_message(step, 30, asking),
        *(
            make(replace(samples_sessions.FLAG, note=text, asked=text), asking)
            for make in (sessions.flag_message, partial(sessions.review_flag_message, thread_link=None))
        ),
        sessions.outcome_message(
            replace(threads[1], learnt=Learnt(outcome=AnalysisOutcome.JOINED, title=text)), None
        ),
        sessions.sessions_message(mine, {2: "https://example.com/p2"}),
        captures.capture_modal(_AT, told_by(text, label), worked_by="U1"),
        captures.captured_message(Learnt(outcome=AnalysisOutcome.JOINED, title=text), None),
        captures.paste_modal(_AT, text),
        session_forms.start_modal(text),
        session_forms.resolve_modal(SessionTurn(1, 1), text, asks_about_flow=True),
        session_forms.help_modal(text),
    ]
    assert [problems_of(payload) for payload in shown] == [[]] * len(shown)
    assert not any(speaks_to_somebody(payload) for payload in shown)


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(long_text(1500), min_size=4, max_size=4), code=long_text(12_000))
def test_no_script_breaks_a_limit_or_calls_a_channel(texts: list[str], code: str) -> None:
    title, explanation, value, name = texts
    recipe = replace(samples_scripts.RECIPE, title=title, explanation=explanation, body=code)
    template = replace(samples_scripts.TEMPLATE, recipe=recipe, status=TemplateStatus.PROPOSED)
    at = WrittenAt(flow_id=3, version=4, title=title, node=Node(kind=NodeKind.ACTION, text=value))
    approved = replace(template, status=TemplateStatus.APPROVED)
    named = StepScript(name=TemplateName.of(recipe), key="w:12")
    commands = tuple(FoundCommand(number, value[:120], Effect.DESTRUCTIVE) for number in range(20))
    script = replace(
        samples_scripts.WAITING.script,
        title=title,
        explanation=explanation,
        values={"a" * 100 + str(number): value[:400] for number in range(8)},
        commands=commands,
    )
    card = replace(samples_scripts.WAITING, script=script, asked_by=name, confirmed_by=name)
    choice = replace(samples_scripts.CHOICES[1], recipe=recipe)
    advice = tuple(Advice(name, number, explanation) for number in range(20))
    many = [replace(choice, key=f"w:{number}") for number in range(95)]
    shown = [
        scripts.choose_modal(many, session_id=None, writes=True),
        scripts.fill_modal(choice, RecipePlace("w:12", "bash"), advice),
        scripts.confirmation_message(card),
        scripts.script_message(card),
        scripts.script_message(replace(card, advice=advice)),
        scripts.draft_message(template, session_id=None),
        step_scripts.template_message(TemplateCard(template=template, by=name, written_at=at)),
        step_scripts.template_message(TemplateCard(template=approved, by=name, written_at=at)),
        step_scripts.template_message(TemplateCard(template=approved, by=name)),
        sessions.step_message(replace(samples_sessions.GUIDED, script=named)),
        sessions.step_message(replace(samples_sessions.GUIDED, script=replace(named, key=None))),
        step_scripts.script_modal(code),
    ]
    assert [problems_of(payload) for payload in shown] == [[]] * len(shown)
    assert not any(speaks_to_somebody(payload) for payload in shown)


def told_by(text: str, label: str) -> Account:
    tried = (Tried(text[:500], text[:500]),) * 30
    return Account(problem=text, tried=tried, fix=text, ticket=label, domain=ProblemDomain.M365)


def bench_of(content: FlowDraft) -> Workbench:
    return replace(workbench.SAMPLE, draft=replace(workbench.SAMPLE.draft, content=content))


@settings(max_examples=40, deadline=None)
@given(tree=trees(), texts=st.lists(long_text(3000), min_size=3, max_size=3))
def test_no_draft_breaks_a_limit_or_calls_a_channel(tree: FlowTree, texts: list[str]) -> None:
    draft = FlowDraft(title=texts[0], summary=texts[1], tree=tree, keywords=tuple(texts))
    bench, place = bench_of(draft), DraftPlace(5, 3)
    shown = [
        workbench.workbench_modal(bench, now=samples.NOW, notice=texts[2]),
        workbench.workbench_modal(replace(bench, member=samples.BEN, editor=texts[2]), now=samples.NOW),
        workbench.picture_view(bench.draft, None),
        step_forms.details_form(bench, place),
        editor.text_form(bench, place),
        *(
            make(step_forms.StepForm(bench, place, "n1"))
            for make in (step_forms.edit_form, step_forms.insert_form)
        ),
        *(
            make(step_forms.StepForm(bench, place, "n2"))
            for make in (step_forms.move_form, step_forms.delete_form)
        ),
    ]
    assert [problems_of(payload) for payload in shown] == [[]] * len(shown)
    assert not any(speaks_to_somebody(payload) for payload in shown)


def test_the_form_of_a_step_with_ten_answers_in_the_largest_flow_fits_into_a_view() -> None:
    text = "Fühlt sich das Gerät wärmer an als sonst? 装置は熱いですか " * 10
    options = tuple(Option(f"o{n}", f"{n}" + "ü" * 73, f"n{n + 1}") for n in range(1, 11))
    nodes = {"n1": Node(kind=NodeKind.QUESTION, text=text, options=options)}
    for number in range(2, 201):
        target = (Option("o1", "Weiter", f"n{number + 10}"),) if number <= 190 else ()
        kind = NodeKind.QUESTION if target else NodeKind.RESOLUTION
        nodes[f"n{number}"] = Node(kind=kind, text=text, options=target)
    tree = FlowTree("n1", nodes)
    assert tree_problems(tree) == ()
    bench = bench_of(replace(samples.NEW_FLOW.proposal.draft, tree=tree))
    form = step_forms.edit_form(step_forms.StepForm(bench, DraftPlace(5, 3, 0, 1), "n1"))
    assert problems_of(form) == []
    assert len(json.dumps(form)) < 250_000


@given(tree=trees())
@settings(max_examples=40, deadline=None)
def test_a_split_outline_is_the_outline(tree: FlowTree) -> None:
    text = to_outline(tree)
    parts = split_outline(text)
    assert "\n".join(parts) == text
    assert all(len(part) <= 3000 for part in parts)


def test_a_long_flow_is_edited_in_parts_and_a_wrong_line_is_found_in_its_part() -> None:
    labels = [f"Answer {number}" for number in range(10)]
    text = "\n".join(["What is it?", *(f"  {label}: = {'Fix it. ' * 100}" for label in labels)])
    parts = split_outline(to_outline(from_outline(text, base=samples.TREE)))
    problem = TreeProblem("n1", "That is wrong.", line=1 + parts[0].count("\n") + 2)
    assert len(parts) > 3
    assert tree_errors(InvalidTreeError([problem]), parts) == {"steps.1": "Line 2: That is wrong."}


def test_problems_of_the_whole_flow_stand_at_the_first_part() -> None:
    found = tree_errors(InvalidTreeError([TreeProblem(None, f"Problem {n}.") for n in range(5)]), ["a"])
    assert found == {"steps.0": "Problem 0. Problem 1. Problem 2. … and 2 more."}


def test_a_flow_that_no_form_can_hold_is_not_offered_for_editing() -> None:
    options = tuple(Option(f"o{n}", f"Answer {n}", f"n{n + 2}") for n in range(60))
    ends = {option.next: Node(kind=NodeKind.RESOLUTION, text="x" * 2000) for option in options}
    tree = FlowTree("n1", {"n1": Node(kind=NodeKind.QUESTION, text="What?", options=options), **ends})
    draft = replace(samples.NEW_FLOW.proposal.draft, tree=tree)
    modal = editor.text_form(bench_of(draft), DraftPlace(5, 3))
    assert "submit" not in modal
    assert "too long" in json.dumps(modal)


STATES = {
    ProposalStatus.FORMING: (samples.FORMING, "Forming", ["View Details"]),
    ProposalStatus.PENDING: (
        samples.NEW_FLOW,
        "waits for a review",
        ["Approve", "Edit", "Dismiss", "Reject", "View Details"],
    ),
    ProposalStatus.APPROVED: (samples.APPROVED, "Approved", ["View Flow", "View Details"]),
    ProposalStatus.MODIFIED: (samples.MODIFIED, "Edited and published", ["View Flow", "View Details"]),
    ProposalStatus.DISMISSED: (samples.DISMISSED, "Parked", ["Reopen", "Say Why", "View Details"]),
    ProposalStatus.REJECTED: (samples.REJECTED, "Rejected", ["Reopen", "View Details"]),
    ProposalStatus.EXPIRED: (samples.EXPIRED, "Expired", ["Reopen", "View Details"]),
    ProposalStatus.MERGED: (samples.MERGED, "became part of", ["View Details"]),
    ProposalStatus.WITHDRAWN: (
        replace(
            samples.REJECTED,
            proposal=replace(samples.REJECTED.proposal, status=ProposalStatus.WITHDRAWN),
        ),
        "Withdrawn",
        ["View Details"],
    ),
}


@pytest.mark.parametrize("status", ProposalStatus)
def test_fallback_of_a_card_alone_tells_all_that_decides(status: ProposalStatus) -> None:
    card, state, buttons = STATES[status]
    message = proposals.proposal_card(card, samples.PICTURE)
    kind = "Change to VPN drops" if card.flow else "New flow: VPN drops every ten minutes"
    assert card.proposal.status is status
    assert message["text"].startswith(kind)
    has_sessions = status is not ProposalStatus.MERGED  # they stand behind what it became part of
    assert ("from 7 sessions by 4 engineers" in message["text"]) is has_sessions
    assert re.search(r"Replayed on (9 other|the 7) sessions.*: [57] reach the fix, ", message["text"])
    assert state in message["text"]
    assert [element["text"]["text"] for element in message["blocks"][-1]["elements"]] == buttons


def test_a_proposal_whose_sessions_stand_behind_another_by_now_does_not_claim_that_it_had_none() -> None:
    card, shown = samples.MERGED, ProposalDetails(card=samples.MERGED, evidence=samples.SOURCES)
    assert card.proposal.support.sessions == 0
    for view in (proposals.proposal_card(card, None), details.details_modal(shown, None)):
        assert "0 sessions" not in str(view)


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (samples.NEW_FLOW, "91 % sure that no known flow covers this · version 2 · waiting"),
        (samples.CHANGE, "91 % sure that it belongs to this flow · version 1 · waiting"),
        (samples.JOINING, "91 % sure that these flows are about the same problem · version 1 · waiting"),
    ],
)
def test_a_card_says_what_the_analyst_is_sure_of_while_it_matters(card: ProposalCard, words: str) -> None:
    assert words in str(proposals.proposal_card(card, None))
    decided = replace(card, proposal=replace(card.proposal, status=ProposalStatus.REJECTED, version=3))
    shown = str(proposals.proposal_card(decided, None))
    assert "sure that" not in shown
    assert "'Version 3'" in shown


def test_a_change_for_the_worse_is_no_news_once_it_is_decided() -> None:
    assert "astray" in json.dumps(proposals.proposal_card(samples.WORSE, None))
    rejected = replace(samples.WORSE.proposal, status=ProposalStatus.REJECTED, version=2)
    assert "astray" not in json.dumps(
        proposals.proposal_card(replace(samples.WORSE, proposal=rejected), None)
    )


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("Is it on?\n  No: = Plug it in.", "Is it on?\n  No: = Plug it in.", ["Changes no step"]),
        (
            "Is it on?\n  No: = Plug it in.",
            "Is it on?\n  No: = Plug it in.\n  Yes: Does it hum?\n    Yes: = Wait.\n    No: ! Send it in.",
            ["After *Is it on?* Yes: adds *Does it hum?*, 1 fix and 1 hand-over"],
        ),
        (
            "Is it on?\n  No: = Plug it in.",
            "Is it there?\n  Yes: Is it on?\n    No: = Plug it in.",
            ["Before the first step: adds *Is it there?*"],
        ),
        (
            "Is it on?\n  No: After a minute?\n    No: = Plug it in.",
            "Is it on?\n  No: After a minute?\n    No: = Plug it in.\n    Yes: = Wait.",
            ["At *After a minute?* Yes: adds *Wait.*"],
        ),
        (
            "Is it on?\n  No: = Plug it in.\n  Yes: = Wait.",
            "Is it on?\n  No: = Plug it in again.",
            [
                "After *Is it on?* Yes: no longer goes on",
                "After *Is it on?* No: changes *Plug it in.* to *Plug it in again.*",
                "After *Is it on?* Yes: removes *Wait.*",
            ],
        ),
    ],
)
def test_a_change_is_told_with_the_way_to_it(before: str, after: str, lines: list[str]) -> None:
    old = from_outline(before)
    assert change_lines(old, from_outline(after, base=old)) == lines


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (
            "Template: Plug in (bash)",
            "After *Is it on?* No: gives *Plug it in.* a script: Plug in (bash)",
        ),
        ("plug --in", "After *Is it on?* No: gives *Plug it in.* a script: statements of its own"),
    ],
)
def test_a_new_script_of_a_step_is_told(script: str, line: str) -> None:
    old = from_outline("Is it on?\n  No: = Plug it in.")
    (node_id,) = [each for each, node in old.nodes.items() if node.text == "Plug it in."]
    given = FlowTree(old.root, {**old.nodes, node_id: replace(old.nodes[node_id], script=script)})
    assert change_lines(old, given) == [line]
    assert change_lines(given, old) == ["After *Is it on?* No: takes the script of *Plug it in.* away"]


def test_an_enhancement_offers_no_approval() -> None:
    words = json.dumps(proposals.proposal_card(samples.CHANGE, samples.PICTURE))
    assert "proposal.approve" not in words
    assert "Edit & Publish" in words


def test_a_clear_change_of_the_time_to_resolve_is_named() -> None:
    slower = Minutes(n=321, mean=90.0, median=80.0, p90=200.0, interval=Interval(75.0, 85.0))
    words = stats.dashboard_answer(replace(samples.DASHBOARD, wall=slower), shared=False)["text"]
    assert "the median time to resolve is up from 32 minutes to 80 minutes" in words


def test_without_sessions_before_there_is_nothing_to_compare_with() -> None:
    first = replace(samples.DASHBOARD, previous=samples.NO_SESSIONS.previous)
    assert (
        "There are no sessions in the 30 days before to compare with."
        in stats.dashboard_answer(first, shared=False)["text"]
    )

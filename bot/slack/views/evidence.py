"""What stands behind a proposal, one piece at a time: a step of it, and a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from bot.domain.cards import SessionSeen, StepSeen
from bot.domain.evidence import answers_taken, sessions_at, written_at
from bot.domain.sessions import Session, SessionStatus, Step
from bot.domain.step_scripts import TemplateName
from bot.domain.trees import FlowTree, Node, NodeKind
from bot.domain.words import counted, duration
from bot.slack.ids import Action, ProposalPart
from bot.slack.mrkdwn import bold, escape, inline, link, moment, plain
from bot.slack.views import samples_details
from bot.slack.views.blocks import (
    Json,
    actions,
    button,
    context,
    modal,
    plain_text,
    section,
    sections,
)
from bot.slack.views.phrases import domain_words, script_words

TEXT_CHARACTERS = 2000
SCRIPT_CHARACTERS = 2000
NEXT_CHARACTERS = 120
QUOTES = 8
QUOTE_CHARACTERS = 240
CHOICES = 20
CHOICE_CHARACTERS = 70
STEP_CHARACTERS = 300
PROBLEM_CHARACTERS = 1000
KINDS = {
    NodeKind.QUESTION: "Question",
    NodeKind.ACTION: "Something to do",
    NodeKind.RESOLUTION: "Fix",
    NodeKind.ESCALATION: "Hand-over",
}
ENDS = {
    SessionStatus.ACTIVE: "still open",
    SessionStatus.PAUSED: "paused",
    SessionStatus.RESOLVED: "resolved",
    SessionStatus.REQUESTING_ESCALATION: "asked to be handed over",
    SessionStatus.ESCALATED: "handed over",
    SessionStatus.ABANDONED: "given up",
}


def step_modal(seen: StepSeen, *, leads_back: bool = False) -> Json:
    """One step: its words, where its answers lead and how often, and what engineers wrote there.

    It `leads_back` to the proposal where it took that one's place.
    """
    tree = seen.proposal.draft.tree
    node = tree.nodes[seen.node_id]
    return modal(
        f"Step {seen.number}",
        [
            *back_to(seen.proposal.id, leads_back=leads_back),
            section(f"*{KINDS[node.kind]}*\n{escape(plain(node.text, TEXT_CHARACTERS))}"),
            *_more_words(node),
            *_answers(tree, seen),
            *_behind(seen, node),
        ],
    )


def session_modal(seen: SessionSeen, permalink: str | None, *, leads_back: bool = False) -> Json:
    """One session: what it was about, each step and what was answered, and how it ended. See `step_modal`."""
    session = seen.session
    name = f"Ticket {session.ticket}" if session.ticket else session.external_id
    parts = [
        *back_to(seen.proposal.id, leads_back=leads_back),
        section(
            f"{bold(name)}\n“{escape(plain(session.problem, PROBLEM_CHARACTERS))}”\n{_standing(session, seen.engineer)}"
        ),
        *([context(link(permalink, "Open its thread"))] if permalink else []),
        *sections("Steps", [_step(at, step) for at, step in enumerate(session.steps, 1)]),
    ]
    if session.resolution:
        parts.append(section(f"*Resolution*\n{escape(plain(session.resolution, TEXT_CHARACTERS))}"))
    parts.append(context("Secrets and personal data are taken out."))
    return modal("Session", parts)


def back_to(proposal_id: int, *, leads_back: bool) -> list[Json]:
    """The way back to a proposal whose place something took."""
    back = button("Back to Proposal", Action.PROPOSAL_BACK, str(ProposalPart(proposal_id, 0)))
    return [actions([back])] if leads_back else []


def _more_words(node: Node) -> Iterator[Json]:
    for label, text in (("Help", node.help), ("What should happen", node.expected)):
        if text:
            yield section(f"*{label}*\n{escape(plain(text, TEXT_CHARACTERS))}")
    if not node.script:
        return
    if TemplateName.parse(node.script):
        yield section(f"*Script*\n{script_words(node.script)}, a template")
    else:
        script = node.script.strip()
        shown = script if len(script) <= SCRIPT_CHARACTERS else f"{script[:SCRIPT_CHARACTERS]}\n…"
        yield section(f"*Script*\n```{escape(shown).replace('```', '``')}```")


def _answers(tree: FlowTree, seen: StepSeen) -> Iterator[Json]:
    node = tree.nodes[seen.node_id]
    if not node.options:
        return
    taken = answers_taken(tree, seen.node_id, {session.id: session for session in seen.sessions})
    numbers = {node_id: number for number, (node_id, _, _) in enumerate(tree.walk(), 1)}
    lines = []
    for option in node.options:
        target = tree.nodes[option.next]
        leads = f"{numbers[option.next]}. {escape(plain(target.text, NEXT_CHARACTERS))}"
        count = counted(taken[option.id], "session") if taken[option.id] else "no session yet"
        lines.append(f"• {bold(option.label)} → {leads} ({count})")
    yield from sections("Answers", lines)


def _behind(seen: StepSeen, node: Node) -> Iterator[Json]:
    total = len(sessions_at(node))
    if not total:
        yield context("No session is kept behind this step: somebody wrote it.")
        return
    known = {session.id: session for session in seen.sessions}
    quotes = [f"“{escape(plain(text, QUOTE_CHARACTERS))}”" for text in written_at(node, known)]
    more = [f"… and {counted(len(quotes) - QUOTES, 'more answer')}"] if len(quotes) > QUOTES else []
    lines = [*quotes[:QUOTES], *more] or ["Nobody wrote anything of their own here."]
    yield from sections(f"Learnt from {counted(total, 'session')}", lines)
    if seen.sessions:
        yield actions([session_choice(seen.proposal.id, seen.sessions[:CHOICES])])


def session_choice(proposal_id: int, sessions: Sequence[Session]) -> Json:
    """A menu of sessions; the one that is chosen opens."""
    choices = {
        str(ProposalPart(proposal_id, session.id)): plain(
            f"{session.ticket or session.external_id}: {session.problem}", CHOICE_CHARACTERS
        )
        for session in sessions
    }
    return menu(Action.PROPOSAL_SESSION, "Look at a session", choices)


def menu(action: Action, words: str, choices: Mapping[str, str]) -> Json:
    """A menu by value; what is chosen opens."""
    return {
        "type": "static_select",
        "action_id": action.value,
        "placeholder": plain_text(words, 150),
        "options": [{"text": plain_text(text, 75), "value": value} for value, text in choices.items()],
    }


def _standing(session: Session, engineer: str | None) -> str:
    facts = [
        domain_words(session.problem_domain),
        f"by {inline(engineer)}" if engineer else None,
        moment(session.created_at),
        ENDS[session.status] + _after(session),
    ]
    return " · ".join(fact for fact in facts if fact)


def _after(session: Session) -> str:
    if session.resolved_at is None or session.status is not SessionStatus.RESOLVED:
        return ""
    return f" after {duration((session.resolved_at - session.created_at).total_seconds() / 60)}"


def _step(number: int, step: Step) -> str:
    said = " · ".join(
        part
        for part in (
            bold(plain(step.choice, STEP_CHARACTERS)) if step.choice else None,
            f"“{escape(plain(step.answer_text, STEP_CHARACTERS))}”" if step.answer_text else None,
        )
        if part
    )
    return f"{number}. {escape(plain(step.prompt, STEP_CHARACTERS))}\n      → {said or 'skipped'}"


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "question": partial(step_modal, samples_details.STEP_SEEN),
    "something to do, in the proposal's place": partial(
        step_modal, samples_details.ACTION_SEEN, leads_back=True
    ),
    "written by somebody": partial(step_modal, samples_details.WRITTEN_SEEN),
    "session": partial(session_modal, samples_details.SESSION_SEEN, "https://example.com/t/1"),
    "open session": partial(session_modal, samples_details.OPEN_SESSION_SEEN, None, leads_back=True),
}

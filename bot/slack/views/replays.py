"""What replaying a proposal on earlier sessions showed, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.cards import ProposalDetails
from bot.domain.proposals import Proposal, ProposalStatus
from bot.domain.replay import ProposalReplay, ReplayedSession, ReplayOutcome, led_to
from bot.domain.trees import FlowTree
from bot.domain.words import counted
from bot.slack.mrkdwn import bold, escape, plain
from bot.slack.views.phrases import session_name

PROBLEM_CHARACTERS = 120
STEP_CHARACTERS = 120
NO_OTHERS = "No other session to replay it on yet."


def verdict(replay: ProposalReplay) -> str:
    """For example "Replayed on 9 other sessions: 7 reach the fix, 1 dead end, 1 wrong turn."."""
    if replay.others:
        return f"Replayed on {counted(len(replay.others), 'other session')}: {_outcomes(replay.others)}."
    if len(led_to(ReplayOutcome.REACHED_FIX, replay.evidence)) == len(replay.evidence):
        return NO_OTHERS
    return f"{NO_OTHERS} {_own(replay)}"


def in_short(replay: ProposalReplay) -> str | None:
    """For a list, "reaches the fix in 7 of 9"; None without other sessions."""
    fixes = len(led_to(ReplayOutcome.REACHED_FIX, replay.others))
    return f"reaches the fix in {fixes} of {len(replay.others)}" if replay.others else None


def pending_warning(proposal: Proposal) -> str | None:
    """That the change would make things worse, as long as somebody can heed it; None when it does not."""
    replay = proposal.replay
    if replay is None or not replay.is_worse or proposal.status is not ProposalStatus.PENDING:
        return None
    astray = len(replay.astray)
    return (
        f"This change would lead {counted(astray, 'session')} astray "
        f"that version {replay.flow_version} leads to {'its' if astray == 1 else 'their'} fix."
    )


def replay_lines(details: ProposalDetails, links: Mapping[int, str]) -> list[str]:
    """The verdict on both kinds of sessions, and a line for each that does not reach its fix."""
    proposal = details.card.proposal
    replay = proposal.replay
    if replay is None:
        return []
    lines = [verdict(replay)]
    if replay.evidence and _own(replay) not in lines[0]:
        lines.append(_own(replay))
    walked = {each.session_id: each for each in replay.all}
    astray = {each.session_id for each in replay.astray}
    for session in details.failed:
        end = _end(walked[session.id], proposal.draft.tree)
        was_led = f"; version {replay.flow_version} leads it to its fix" if session.id in astray else ""
        problem = escape(plain(session.problem, PROBLEM_CHARACTERS))
        lines.append(f"• {session_name(session, links.get(session.id))}, “{problem}”: {end}{was_led}")
    return lines


def _own(replay: ProposalReplay) -> str:
    sessions = counted(len(replay.evidence), "session")
    return f"Replayed on the {sessions} that it was learnt from: {_outcomes(replay.evidence)}."


def _outcomes(replayed: Sequence[ReplayedSession]) -> str:
    """For example "7 reach the fix, 1 dead end, 1 wrong turn"; what did not happen is left out."""
    fixes, ends, turns = (
        len(led_to(outcome, replayed))
        for outcome in (ReplayOutcome.REACHED_FIX, ReplayOutcome.DEAD_END, ReplayOutcome.WRONG_TURN)
    )
    if fixes == len(replayed):
        return "all reach the fix" if fixes > 1 else "it reaches the fix"
    parts = [f"{fixes or 'none'} {'reach' if fixes > 1 else 'reaches'} the fix"]
    parts += [counted(ends, "dead end")] * bool(ends) + [counted(turns, "wrong turn")] * bool(turns)
    return ", ".join(parts)


def _end(replayed: ReplayedSession, tree: FlowTree) -> str:
    node = tree.nodes.get(replayed.ended_at)
    step = bold(plain(node.text, STEP_CHARACTERS)) if node else "a step that is gone"
    if replayed.outcome is ReplayOutcome.WRONG_TURN:
        return f"wrong turn, it ends at {step}"
    return f"dead end at {step}"

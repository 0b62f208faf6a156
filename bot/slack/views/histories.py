"""What happened to a proposal, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.domain.cards import PastEvent, ProposalHistory
from bot.domain.reasons import ReasonCode, reason_words
from bot.slack.mrkdwn import bold, escape, moment, plain
from bot.slack.views import samples, samples_details
from bot.slack.views.blocks import Json, modal, section, sections
from bot.slack.views.evidence import back_to
from bot.slack.views.proposals import title_of

OURSELVES = "FlowPilot"
NAME_CHARACTERS = 60
REASON_CHARACTERS = 300
DEEDS = {
    "proposal.propose": "proposed this by hand",
    "proposal.approve": "approved it",
    "proposal.publish": "edited and published it",
    "proposal.dismiss": "parked it",
    "proposal.reject": "rejected it",
    "proposal.explain": "said why it was parked",
    "proposal.reopen": "reopened it",
    "proposal.withdraw": "withdrew it",
    "proposal.expire": "let it expire",
    "proposal.merge": "joined it with what is about the same problem",
    "draft.take_over": "took over the draft of it",
}
"""What each action of the audit says about who did it."""


def history_modal(history: ProposalHistory, *, leads_back: bool = False) -> Json:
    """Newest first, down to how it began. It `leads_back` to the proposal where it took that one's place."""
    lines = [_line(event, history.names) for event in history.events]
    if not any(event.action == "proposal.propose" for event in history.events):
        lines.append(f"• {moment(history.proposal.created_at)}: {OURSELVES} learnt it from sessions")
    title = section(bold(title_of(history.proposal)))
    proposal = history.proposal
    back = back_to(proposal.id, leads_back=leads_back)
    return modal("History", [*back, title, *sections("What happened, newest first", lines)])


def _line(event: PastEvent, names: Mapping[str, str]) -> str:
    """For example "• today at 14:02: Ada Reyes rejected it: outdated"."""
    who = escape(plain(names.get(event.by, event.by), NAME_CHARACTERS)) if event.by else OURSELVES
    deed = DEEDS.get(event.action) or f"did {escape(plain(event.action, NAME_CHARACTERS))}"
    said = f": {why}" if (why := _why(event)) else ""
    return f"• {moment(event.at)}: {who} {deed}{said}"


def _why(event: PastEvent) -> str:
    """The reason that was given, or why it ended by itself."""
    if because := event.detail.get("because"):
        return escape(plain(str(because), REASON_CHARACTERS))
    code, text = event.detail.get("reason_code"), event.detail.get("reason")
    return reason_words(
        ReasonCode(code) if code else None,
        f"“{escape(plain(str(text), REASON_CHARACTERS))}”" if text else None,
    )


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "history": partial(history_modal, samples_details.HISTORY),
    "nothing yet": partial(history_modal, ProposalHistory(proposal=samples.NEW_FLOW.proposal, events=())),
}

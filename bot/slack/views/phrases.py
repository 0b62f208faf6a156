"""Turns of phrase that several nouns share."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.digests import QueueState
from bot.domain.proposals import ProposalStatus
from bot.domain.sessions import ProblemDomain, Session
from bot.domain.step_scripts import TemplateName
from bot.domain.trust import Trust, TrustLevel
from bot.domain.words import counted, domain_name, percent
from bot.slack.mrkdwn import inline, link

DECIDED = {
    ProposalStatus.APPROVED: "approved",
    ProposalStatus.MODIFIED: "edited and published",
    ProposalStatus.DISMISSED: "parked",
    ProposalStatus.REJECTED: "rejected",
    ProposalStatus.EXPIRED: "expired",
    ProposalStatus.WITHDRAWN: "withdrawn",
    ProposalStatus.MERGED: "joined with what it belongs to",
}
"""What was done to a proposal that is decided."""

_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def script_words(script: str) -> str:
    """For example "Restart a service (PowerShell)"; what is no template's name is "statements of its own"."""
    name = TemplateName.parse(script)
    return f"{inline(name.title)} ({name.language.words})" if name else "statements of its own"


def lasting(duration: timedelta) -> str:
    """The duration in its largest whole unit: "6 days", "2 hours", "4 seconds"."""
    for unit, size in _UNITS:
        if duration >= size:
            return counted(duration // size, unit)
    return counted(max(0, int(duration.total_seconds())), "second")


def ago(at: datetime, now: datetime) -> str:
    """For example "4 seconds ago"."""
    return f"{lasting(now - at)} ago" if now - at >= timedelta(seconds=1) else "just now"


def came(at: datetime, now: datetime) -> str:
    """For what stays on the screen for a while: "came 2 hours ago", never in seconds."""
    return f"came {ago(at, now)}" if now - at >= timedelta(minutes=1) else "came just now"


def waiting(queue: QueueState, now: datetime) -> str:
    """The review queue in a phrase: "3 proposals wait, the oldest for 6 days"."""
    if not queue.pending:
        return "nothing waits for a review"
    verb = "waits" if queue.pending == 1 else "wait"
    phrase = f"{counted(queue.pending, 'proposal')} {verb}"
    if queue.oldest_at is None or now - queue.oldest_at < timedelta(minutes=1):
        return phrase
    age = lasting(now - queue.oldest_at)
    return f"{phrase}, for {age}" if queue.pending == 1 else f"{phrase}, the oldest for {age}"


def overdue(queue: QueueState, days: int) -> list[str]:
    """For example "2 wait longer than 7 days"; nothing while none does."""
    if not queue.overdue:
        return []
    return [
        f"{queue.overdue:,} {'waits' if queue.overdue == 1 else 'wait'} longer than {counted(days, 'day')}"
    ]


def names(people: list[str]) -> str:
    """For example "Ada Reyes or Chloe Marsh"."""
    return " or ".join([", ".join(people[:-1]), people[-1]]) if len(people) > 1 else "".join(people)


def capitalised(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]


def domain_words(domain: ProblemDomain | str | None) -> str:
    """The domain as people call it; "no domain" without one."""
    return "no domain" if domain is None else domain_name(str(domain))


def session_name(session: Session, permalink: str | None = None) -> str:
    """What people know the session by: its ticket, or the id that it came with; as a link where it has a thread."""
    words = f"ticket {session.ticket}" if session.ticket else session.external_id
    return link(permalink, words) if permalink else inline(words)


def trust_words(trust: Trust) -> str:
    """A sentence: "Validated by 5 engineers."; of a doubted flow also why."""
    match trust.level:
        case TrustLevel.VALIDATED:
            return f"Validated by {counted(trust.engineers, 'engineer')}."
        case TrustLevel.DOUBTED:
            return f":warning: *Doubted*: {doubt_words(trust)}."
    return "Not validated yet."


def doubt_words(trust: Trust) -> str:
    """Why a flow is doubted: "4 of the last 10 sessions ended as it says; 85 % were expected to"."""
    recent = f"{trust.recent.hits} of the last {counted(trust.recent.n, 'session')} ended as it says"
    return f"{recent}; {percent(trust.expected)} were expected to"

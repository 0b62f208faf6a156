"""What flows did: how often they guided, and whether fewer sessions escalate since they were published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.flows import FlowMention
from bot.domain.gaps import SHOWN_WORDS, GapEffect, GapOutcome
from bot.domain.sessions import ProblemDomain
from bot.domain.statistics import Change, Rate, change_of_rate
from bot.domain.words import counted, domain_name, one_line, share_of

NO_SESSIONS = Rate(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEffect:
    """A flow that was published lately. `guided` is how many sessions of the week follow it.

    `before` and `since` are the escalated of the sessions that ended: those of `domain` before and since the flow was
    published; without a domain those that followed earlier versions of it, and the last one. `outcome` is that of the
    gap for which it was drafted, which tells more.
    """

    flow: FlowMention
    guided: int = 0
    domain: ProblemDomain | None = None
    before: Rate = NO_SESSIONS
    since: Rate = NO_SESSIONS
    outcome: GapOutcome | None = None

    @property
    def change(self) -> Change:
        """Down where it paid off: clearly less goes wrong than before."""
        if self.outcome is None:
            return change_of_rate(self.since, self.before)
        if self.outcome.effect is GapEffect.TOO_EARLY:
            return Change.UNCLEAR
        return change_of_rate(self.outcome.since, self.outcome.published.before)

    @property
    def sentence(self) -> str:
        """What it did, in plain text, to be read behind its title."""
        guided = f"guided {counted(self.guided, 'session') if self.guided else 'no session'}"
        return f"{guided}; {self._result}"

    @property
    def _result(self) -> str:
        if self.outcome is not None:
            gap = one_line(self.outcome.published.subject, SHOWN_WORDS)
            return f"its gap “{gap}”, {self.outcome.sentence}"
        if not self.before.n or not self.since.n:
            return "nothing to compare with yet"
        before, since = share_of(self.before), share_of(self.since)
        if self.change is Change.UNCLEAR:
            return f"no clear change in {self._what} ({before} before, {since} since)"
        return f"{self._what} {before} → {since}"

    @property
    def _what(self) -> str:
        return f"escalations in {domain_name(self.domain)}" if self.domain else "its escalations"


def joined_effects(used: Sequence[FlowEffect], outcomes: Sequence[GapOutcome]) -> tuple[FlowEffect, ...]:
    """The flows that guided sessions, then those that only had a gap to close; each with what became of its gap."""
    by_flow = {each.published.flow.flow_id: each for each in outcomes}
    guided = [replace(each, outcome=by_flow.pop(each.flow.flow_id, None)) for each in used]
    return (*guided, *(FlowEffect(flow=each.published.flow, outcome=each) for each in by_flow.values()))

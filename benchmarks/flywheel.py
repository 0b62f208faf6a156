"""Whether the wheel turns: engineers work sessions, what is proposed is approved, and the next sessions are guided."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import mean, median
from tempfile import TemporaryDirectory

from flywheel_engineers import Case, a_case, is_about, next_act, steps_alone
from matplotlib.figure import Figure

from bot.ai.outline import OutlineAnalyst
from bot.charts.canvas import BLUE, GREEN, MUTED, ORANGE, render
from bot.domain.members import Member
from bot.domain.proposals import Approve, Proposal, ProposalKind, ProposalStatus, Publish
from bot.domain.session_acts import Resolve
from bot.domain.sessions import ConfidenceTier
from bot.domain.workspaces import WorkspaceSettings
from bot.logs import configure_logging
from bot.offline import TERMINAL, open_database
from bot.sandbox.samples.chart import charts
from bot.services.analysis import analyze_pending
from bot.services.flows import list_flows
from bot.services.proposals import decide_proposal, list_proposals
from bot.services.troubleshooting import (
    Start,
    act_in_session,
    follow_offer,
    read_session,
    start_session,
)
from bot.services.uniting import unite_everywhere
from bot.services.workspaces import ensure_workspace
from bot.settings import Settings
from storage.database import Database

ENGINEERS = 30
ROUNDS = 12
SETTLED = 3
"""The last rounds, whose mean is told: one round of thirty sessions jumps."""
GUIDED_GOAL, LED_GOAL, SAVED_GOAL = 0.7, 0.5, 0.4
TEAM, CHANNEL = "T0FLYWHEEL", "C0SUPPORT1"
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
A_STEP = timedelta(minutes=3)
SEED = 11
MANY = 100_000


class Calendar:
    """Time as the benchmark tells it."""

    def __init__(self) -> None:
        self._now = BEGAN

    def now(self) -> datetime:
        return self._now

    def go_on(self, by: timedelta) -> datetime:
        self._now += by
        return self._now


@dataclass(frozen=True, slots=True)
class Worked:
    """One session: how it began, its steps, and whether a flow led to the right fix.

    Beside its steps those that were needed, and those that it takes alone, without any flow.
    """

    tier: ConfidenceTier
    steps: int
    needed: int
    alone: int
    led: bool


@dataclass(frozen=True, slots=True)
class Round:
    """What was worked, how many proposals were published for it, and how many flows there are then."""

    worked: tuple[Worked, ...]
    published: int
    flows: int

    @property
    def guided(self) -> float:
        return mean(each.tier is ConfidenceTier.GUIDED for each in self.worked)

    @property
    def led(self) -> float:
        return mean(each.led for each in self.worked)

    @property
    def steps(self) -> float:
        return mean(each.steps for each in self.worked)

    @property
    def needed(self) -> float:
        return mean(each.needed for each in self.worked)

    @property
    def alone(self) -> float:
        return mean(each.alone for each in self.worked)


async def work(database: Database, calendar: Calendar, case: Case, number: int, rng: Random) -> Worked:
    by = Member(id=f"U0ENGIN{number % ENGINEERS:02}", name=f"Engineer {number % ENGINEERS}")
    start = Start(by=by, problem=case.problem, channel=CHANNEL, key=str(number))
    session_id = await start_session(database, TEAM, start, now=calendar.now())
    while True:
        live, tree = await read_session(database, TEAM, session_id)
        now = calendar.go_on(A_STEP)
        if live.offered_flow and live.node is None and await _is_welcome(database, live.offered_flow, case):
            await follow_offer(database, TEAM, session_id, by=by.id, turn=live.turn, now=now)
            continue
        wanted = next_act(case, live, tree, by.id, rng)
        after = await act_in_session(database, TEAM, session_id, wanted, now=now)
        if isinstance(wanted, Resolve):
            break
    tier = after.session.confidence_tier
    assert tier is not None
    return Worked(
        tier,
        steps=len(after.session.steps),
        needed=len(case.needed),
        alone=steps_alone(case, Random(number)),  # noqa: S311  (a simulation, no secrets)
        led=after.node is not None,
    )


async def _is_welcome(database: Database, flow_id: int, case: Case) -> bool:
    """Whether the engineer takes the offer: by its title they can tell what it is about."""
    async with database.transaction(TEAM) as tx:
        return is_about(case, (await tx.flows.get(flow_id)).title)


async def approve_all(database: Database, now: datetime) -> int:
    """Publish what waits, changes to flows as they stand. Returns how many."""
    waiting = await list_proposals(database, TEAM, status=ProposalStatus.PENDING, limit=MANY)
    for proposal in waiting:
        await decide_proposal(database, TEAM, proposal.id, _approval(proposal), now=now)
    return len(waiting)


def _approval(proposal: Proposal) -> Approve | Publish:
    if proposal.kind is ProposalKind.NEW_FLOW:
        return Approve(by=TERMINAL, seen_version=proposal.version)
    return Publish(by=TERMINAL, seen_version=proposal.version, draft=proposal.draft)


async def a_round(database: Database, calendar: Calendar, number: int, rng: Random) -> Round:
    """Each engineer works one problem; then everything is learnt and approved."""
    worked = [
        await work(database, calendar, a_case(list(charts()), rng), number * ENGINEERS + each, rng)
        for each in range(ENGINEERS)
    ]
    await analyze_pending(database, OutlineAnalyst(), calendar, limit=MANY)
    await unite_everywhere(database, calendar)
    await analyze_pending(database, OutlineAnalyst(), calendar, limit=MANY)
    published = await approve_all(database, calendar.go_on(WEEK))
    return Round(tuple(worked), published, len(await list_flows(database, TEAM)))


def say(number: int, turn: Round) -> None:
    tiers = Counter(each.tier for each in turn.worked)
    told = ", ".join(f"{tiers[tier]} {tier}" for tier in ConfidenceTier)
    print(
        f"round {number}: {told}; {sum(each.led for each in turn.worked)} led to the right fix; "
        f"steps {median(each.steps for each in turn.worked):.1f} median, {turn.steps:.2f} mean, "
        f"{turn.needed:.2f} needed; {turn.published} published, {turn.flows} flows"
    )


def draw(rounds: Sequence[Round]) -> bytes:
    """Shares of guided and of led sessions, and the steps that were taken in vain, by round."""

    def paint(figure: Figure) -> None:
        numbers = range(1, len(rounds) + 1)
        shares, steps = figure.subplots(1, 2)
        figure.subplots_adjust(left=0.06, right=0.97, top=0.84, bottom=0.14, wspace=0.16)
        shares.plot(numbers, [each.guided for each in rounds], color=BLUE, lw=4, label="began guided")
        shares.plot(numbers, [each.led for each in rounds], color=GREEN, lw=4, label="led to the right fix")
        shares.set(ylim=(0, 1.02), yticks=(0, 0.5, 1), yticklabels=("0 %", "50 %", "100 %"))
        shares.set_title("Share of sessions", size=22, loc="left")
        steps.plot(numbers, [each.steps for each in rounds], color=ORANGE, lw=4, label="taken")
        steps.fill_between(
            numbers,
            [each.needed for each in rounds],
            [each.steps for each in rounds],
            color=ORANGE,
            alpha=0.2,
        )
        steps.plot(numbers, [each.alone for each in rounds], color=MUTED, lw=3, ls=":", label="without flows")
        steps.plot(
            numbers, [each.needed for each in rounds], color=MUTED, lw=3, ls="--", label="needed at least"
        )
        steps.set_ylim(bottom=0)
        steps.set_title("Steps to resolution, mean", size=22, loc="left")
        for axes in (shares, steps):
            axes.set_xlabel("Round", size=18)
            axes.tick_params(labelsize=16)
            axes.legend(fontsize=16, frameon=False, loc="lower right")

    return render(1600, 620, paint)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--picture", type=Path, help="Where to draw it.")
    options = parser.parse_args()
    configure_logging("WARNING", "console")
    rng, calendar = Random(SEED), Calendar()  # noqa: S311  (a simulation, no secrets)
    rounds: list[Round] = []
    with TemporaryDirectory() as folder:
        async with open_database(Settings.model_validate({"data_dir": Path(folder)})) as database:
            await ensure_workspace(database, TEAM, "The Team", settings=WorkspaceSettings(), now=BEGAN)
            for number in range(options.rounds):
                rounds.append(await a_round(database, calendar, number, rng))
                say(number + 1, rounds[-1])
    if options.picture:
        options.picture.write_bytes(draw(rounds))
    last = rounds[-SETTLED:]
    guided, led = mean(each.guided for each in last), mean(each.led for each in last)
    alone = mean(each.alone - each.needed for each in last)
    beyond = mean(each.steps - each.needed for each in last)
    print(f"the last {SETTLED} rounds: {beyond:.2f} steps in vain, {alone:.2f} without flows")
    print(f"guided: {guided:.0%} of the last rounds (goal > {GUIDED_GOAL:.0%})")
    print(f"led to the right fix: {led:.0%} of the last rounds (goal > {LED_GOAL:.0%})")
    print(f"steps in vain saved: {1 - beyond / alone:.0%} of those without flows (goal > {SAVED_GOAL:.0%})")


if __name__ == "__main__":
    asyncio.run(main())

"""How fast a click that changes the database is acknowledged, beside a handler of the same app that only acknowledges."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from ack_idle import measure_idle
from clicks import Acked, Signed, click, send_at_once, send_at_pace, signed
from product import Product, its_database, product
from proposals_made import add_proposals, count_with_status
from web_with_plain_click import PLAIN

from bot.domain.proposals import Proposal, ProposalStatus
from bot.sandbox import PersonConfig, Sandbox, SandboxConfig, serve_sandbox
from bot.slack.ids import Action, VersionedId
from storage.database import Database

ROUNDS = 5
WARM_UP = 100
CLICKS = 600
CONNECTIONS = 16
PER_SECOND, PACED_SECONDS = 100, 20
WEB = (str(Path(__file__).with_name("web_with_plain_click.py")), "web")
REVIEWERS = tuple(f"U0REVIEW{number:02}" for number in range(20))
RESTING_SECONDS, LOOKING_SECONDS = 12.0, 0.05
"""A click waits for the database for ten seconds at most."""
CHANGES = {
    Action.PROPOSAL_APPROVE: ProposalStatus.APPROVED,
    Action.PROPOSAL_DISMISS: ProposalStatus.DISMISSED,
}


async def main() -> None:
    with TemporaryDirectory(prefix="flowpilot-benchmark-", ignore_cleanup_errors=True) as folder:
        async with serve_sandbox(workspace_of(REVIEWERS)) as sandbox:
            data_dir = Path(folder)
            lines = [
                *await compare(sandbox, data_dir),
                *await measure_idle(sandbox, data_dir, REVIEWERS),
            ]
    print("\n".join(lines))


def workspace_of(reviewers: Sequence[str]) -> SandboxConfig:
    people = tuple(PersonConfig(each, each.lower(), f"Reviewer {each}", is_admin=True) for each in reviewers)
    return SandboxConfig(people=(*SandboxConfig().people, *people))


async def compare(sandbox: Sandbox, data_dir: Path) -> list[str]:
    """Both handlers in turns in one process, and the one that changes the database at a steady pace."""
    async with (
        product(sandbox, data_dir, arguments=WEB, over_http=True, reviewers=REVIEWERS) as web,
        its_database(data_dir) as database,
    ):
        bench = Bench(sandbox, web, database)
        await bench.round(WARM_UP)
        rounds = [await bench.round(CLICKS) for _ in range(ROUNDS)]
        paced = await bench.paced(PER_SECOND, PACED_SECONDS)
    approve = median(each.approve / each.plain for each in rounds)
    dismiss = median(each.dismiss / each.plain for each in rounds)
    return [
        f"approve against ack only: {approve:.2f} times (goal >= 0.5)",
        f"dismiss against ack only: {dismiss:.2f} times (goal >= 0.5)",
        f"ack p50 at {PER_SECOND} approvals a second: {paced.acked.quantile(0.5) * 1000:.0f} ms",
        f"ack p99 at {PER_SECOND} approvals a second: {paced.acked.quantile(0.99) * 1000:.0f} ms (goal < 250 ms)",
        f"without effect at {PER_SECOND} approvals a second: {paced.lost} clicks (goal 0)",
    ]


@dataclass(frozen=True, slots=True)
class Round:
    """Acknowledgements a second."""

    plain: float
    approve: float
    dismiss: float


@dataclass(frozen=True, slots=True)
class Paced:
    """How clicks at a steady pace were acknowledged, and how many of them changed nothing."""

    acked: Acked
    lost: int


@dataclass(frozen=True, slots=True)
class Rest:
    """How many clicks changed nothing, and when (on the clock that never goes back) the last other one did."""

    lost: int
    since: float


class Bench:
    """Sends clicks of all reviewers in turns to one process, and waits until they have had their effect."""

    def __init__(self, sandbox: Sandbox, web: Product, database: Database) -> None:
        self._sandbox, self._url, self._database = sandbox, f"{web.url}/slack/events", database
        self._labels = (f"clicks-{number}" for number in count())

    async def round(self, clicks: int) -> Round:
        """So many clicks of each kind. Between the kinds the process comes to rest."""
        plain = await self._at_once(self._clicks(PLAIN, [VersionedId(each, 1) for each in range(clicks)]))
        approve = await self._changing(Action.PROPOSAL_APPROVE, clicks)
        dismiss = await self._changing(Action.PROPOSAL_DISMISS, clicks)
        print(f"  ack only {plain:.0f}, approve {approve:.0f}, dismiss {dismiss:.0f} acks a second")
        return Round(plain, approve, dismiss)

    async def paced(self, per_second: int, seconds: int) -> Paced:
        made = await self._made(per_second * seconds)
        requests = self._clicks(Action.PROPOSAL_APPROVE, _seen(made))
        began = time.perf_counter()
        acked = await send_at_pace(self._url, requests, per_second=per_second)
        rest = await self._rest(made, Action.PROPOSAL_APPROVE)
        print(
            f"  at {per_second} a second: the last decision {rest.since - began - seconds:.1f} s after the last click"
        )
        return Paced(acked, rest.lost)

    async def _changing(self, action: Action, clicks: int) -> float:
        made = await self._made(clicks)
        requests = self._clicks(action, _seen(made))
        began = time.perf_counter()
        acks_a_second = await self._at_once(requests)
        rest = await self._rest(made, action)
        per_second = (clicks - rest.lost) / (rest.since - began)
        print(f"  {action}: {per_second:.0f} decisions a second, {rest.lost} clicks without effect")
        return acks_a_second

    async def _at_once(self, requests: Sequence[Signed]) -> float:
        return (await send_at_once(self._url, requests, connections=CONNECTIONS)).per_second

    async def _made(self, many: int) -> list[Proposal]:
        return await add_proposals(
            self._database, self._sandbox.config.team_id, many, label=next(self._labels)
        )

    def _clicks(self, action: str, seen: Sequence[VersionedId]) -> list[Signed]:
        return [
            signed(self._sandbox, click(self._sandbox, user, action, each))
            for user, each in zip(cycle(REVIEWERS), seen, strict=False)
        ]

    async def _rest(self, made: Sequence[Proposal], action: Action) -> Rest:
        """Wait until each click has changed what it should, or until nothing has changed for some seconds."""
        lost, since = len(made), time.perf_counter()
        while lost and time.perf_counter() - since < RESTING_SECONDS:
            await asyncio.sleep(LOOKING_SECONDS)
            left = len(made) - await count_with_status(self._database, made, CHANGES[action])
            if left != lost:
                lost, since = left, time.perf_counter()
        return Rest(lost, since)


def _seen(made: Sequence[Proposal]) -> list[VersionedId]:
    return [VersionedId(each.id, each.version) for each in made]


if __name__ == "__main__":
    asyncio.run(main())

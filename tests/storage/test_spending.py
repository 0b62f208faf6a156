from datetime import timedelta

from bot.domain.prices import Tokens
from bot.domain.spending import NO_SPENDING, Spending, SpendingTotal, Trouble
from bot.domain.workspaces import Workspace
from storage.database import Database
from tests.conftest import NOW
from tests.storage.makers import a_session, stored

SOME = Tokens(fresh=1, output=2, cache_write=3, cache_read=4)


async def test_what_was_used_in_a_period_is_added_up(database: Database, workspace: Workspace) -> None:
    first, second = await stored(database, workspace.id, a_session(), a_session())
    priced = Spending(model="claude-sonnet-5-5").with_request(SOME)
    unpriced = Spending(model="claude-of-tomorrow").with_request(SOME).with_request(SOME)
    unasked = Spending(model="claude-sonnet-5-5", trouble=Trouble.OVER_BUDGET)
    async with database.transaction(workspace.id) as tx:
        assert await tx.spendings.between(NOW, NOW + timedelta(days=1)) == NO_SPENDING
        for session, spending, hours in (
            (first, priced, 0),
            (first, unpriced, 1),
            (second, unasked, 2),
            (second, unasked, 3),
            (second, priced, -1),
            (second, priced, 24),
        ):
            at = NOW + timedelta(hours=hours)
            await tx.spendings.add(session.id, spending, analyst="claude", now=at)
        total = await tx.spendings.between(NOW, NOW + timedelta(days=1))
    assert total == SpendingTotal(
        sessions=1,
        requests=3,
        tokens=SOME + SOME + SOME,
        cost_micros=priced.cost_micros or 0,
        unpriced=SOME + SOME,
        unpriced_requests=2,
        troubles={Trouble.OVER_BUDGET: 2},
    )

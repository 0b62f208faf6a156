"""What a session tells that somebody took over, for whoever captures its end."""

from datetime import timedelta

from bot.domain.captures import MAX_PART, account_of
from bot.domain.conversations import Tried
from bot.domain.session_acts import Answer, Escalate, LogStep, NoHelp, SayElse, Skip, TakeOver
from bot.domain.sessions import StepKind
from tests.conftest import NOW
from tests.domain.test_troubleshooting import ADA, BEN, after, begun

CALL = (Escalate(by=BEN, reason="No access", to=ADA), TakeOver(by=ADA))
LATER = NOW + timedelta(hours=2)


def test_it_tells_what_was_answered_and_who_goes_on_but_no_fix() -> None:
    worked = after(Answer(by=BEN, turn=1, option=1), NoHelp(by=BEN, turn=2), *CALL)
    account = account_of(worked, now=LATER)
    assert account.tried == (Tried("Is it on?", "No"), Tried("Switch it on", "It did not help"))
    assert (account.problem, account.fix, account.ticket) == ("It is off", "", None)
    assert (account.worked_by, account.fixed_at, account.is_from_session) == (ADA, LATER, True)


def test_what_was_skipped_was_not_checked() -> None:
    worked = after(Skip(by=BEN, turn=1), SayElse(by=BEN, turn=2, text="It hums"), *CALL)
    assert [each.found for each in account_of(worked, now=LATER).tried] == ["It hums"]


def test_each_step_is_one_line_that_the_form_takes_back() -> None:
    logged = LogStep(by=BEN, turn=1, kind=StepKind.ACTION, checked="Pull\nthe plug", found="x " * MAX_PART)
    (tried,) = account_of(after(logged, *CALL, start=begun(None)), now=LATER).tried
    assert tried.checked == "Pull the plug"
    assert len(tried.found) <= MAX_PART

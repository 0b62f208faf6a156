"""Capturing a conversation that is over: the form, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.domain.captures import Captured
from bot.domain.conversations import ARROW, Account, Tried, tried_line
from bot.domain.proposals import MessageRef
from bot.domain.sessions import AnalysisOutcome, ProblemDomain
from bot.domain.threads import Learnt
from bot.domain.words import domain_name
from bot.slack.ids import Action, Callback, Field, place_of
from bot.slack.mrkdwn import escape, link, plain, size
from bot.slack.views import samples
from bot.slack.views.blocks import (
    INPUT,
    Json,
    actions,
    button,
    choice_input,
    context,
    message,
    modal,
    moment_input,
    person_input,
    section,
    text_input,
)
from bot.slack.views.sessions import outcome_words

TITLE = "Capture resolution"
TICKET_CHARACTERS = 60
LINE_CHARACTERS = 1003
ONLY_THIS = "Only what you submit is kept. Secrets and names are taken out before anything is learnt from it."
BY_RULES = "FlowPilot read this from the conversation by rules. Correct it."
BY_MODEL = "An AI model read this from the conversation. Correct it."
BY_SESSION = (
    "This is how far the session came before somebody took over. "
    "Add what was checked since, and what fixed it."
)
BY_NOBODY = "Say what the conversation came to."
NOT_WHOLE = "Only the beginning of this long conversation was read."


def capture_modal(at: MessageRef, account: Account, *, worked_by: str, is_whole: bool = True) -> Json:
    """The form, filled in with what the conversation tells. `worked_by` is a Slack id."""
    domains = {domain.value: domain_name(domain.value) for domain in ProblemDomain}
    domain = account.domain.value if account.domain else None
    return modal(
        TITLE,
        [
            context(" ".join([_reader(account), *([] if is_whole else [NOT_WHOLE]), ONLY_THIS])),
            text_input(Field.PROBLEM, "What was wrong?", plain(account.problem, INPUT), multiline=True),
            text_input(
                Field.TRIED,
                "What was checked or done before?",
                _lines(account.tried),
                multiline=True,
                hint=f"One a line, with what came of it: Is it plugged in? {ARROW} Yes. A typed -> will do.",
            ),
            text_input(Field.RESOLUTION, "What fixed it?", plain(account.fix, INPUT), multiline=True),
            choice_input(Field.DOMAIN, "Domain", domains, domain, optional=True),
            text_input(
                Field.TICKET,
                "Ticket",
                plain(account.ticket or "", TICKET_CHARACTERS),
                limit=TICKET_CHARACTERS,
                optional=True,
            ),
            person_input(Field.PERSON, "Who worked it?", hint="The fix counts for them.", initial=worked_by),
            moment_input(Field.RESOLVED_AT, "When was it solved?", account.fixed_at),
        ],
        submit="Capture",
        callback=Callback.SESSION_CAPTURE.value,
        metadata=place_of(at),
    )


def paste_modal(at: MessageRef, why: str) -> Json:
    """Asks for the conversation where it cannot be read; `why` is plain text."""
    return modal(
        TITLE,
        [
            section(escape(f"{why} Paste the conversation, or go on and fill in the form yourself.")),
            text_input(
                Field.PASTED,
                "The conversation",
                multiline=True,
                optional=True,
                hint="Copied as it is, with the names; of a long one the parts that matter. It is read and not kept.",
            ),
        ],
        submit="Next",
        callback=Callback.SESSION_PASTE.value,
        metadata=place_of(at),
    )


def captured_modal(captured: Captured, url: str | None) -> Json:
    """What became of the conversation. `url` leads to the proposal's card, else to the thread."""
    if captured.is_new:
        words = "Captured. Once it is analysed, the thread says what became of it, if FlowPilot is in the channel."
    else:
        words = f"This conversation was captured already. {_outcome(captured.learnt, url)}"
    return modal(TITLE, [section(words)])


def captured_message(learnt: Learnt, card_url: str | None) -> Json:
    """For the thread."""
    words = f"The solution of this was captured. {outcome_words(learnt, card_url)}"
    return message(words, [context(words)])


def offer_message(at: MessageRef) -> Json:
    """For somebody who reacted: a reaction opens no form."""
    words = "Keep how this was solved for the next person?"
    capture = button("Capture", Action.SESSION_CAPTURE, place_of(at), primary=True)
    return message(words, [section(words), actions([capture])])


def _reader(account: Account) -> str:
    if account.is_from_session:
        return BY_SESSION
    if account.is_from_model:
        return BY_MODEL
    return BY_RULES if account.tried or account.fix else BY_NOBODY


def _outcome(learnt: Learnt | None, url: str | None) -> str:
    if learnt is not None:
        return outcome_words(learnt, url)
    thread = f" {link(url, 'Open the thread')}" if url else ""
    return f"It waits to be analysed.{thread}"


def _lines(tried: Sequence[Tried]) -> str:
    """The last lines that an input can hold."""
    kept: list[str] = []
    room = INPUT
    for line in reversed([plain(tried_line(each), LINE_CHARACTERS) for each in tried]):
        room -= size(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(reversed(kept))


_AT = MessageRef("C0SUPPORT1", "1795340000.000200")
_ACCOUNT = Account(
    problem="VPN drops <every> ten minutes",
    tried=(Tried("Is split tunnelling on?", "No & never was"), Tried("Restart the client")),
    fix="Lower the MTU to 1350",
    domain=ProblemDomain.NETWORKING,
    ticket="1042",
    fixed_at=samples.NOW - timedelta(minutes=5),
)
_LEARNT = Learnt(outcome=AnalysisOutcome.PROPOSED, title="VPN drops <often>")
_URL = "https://example.com/p1"
EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "by rules": partial(capture_modal, _AT, _ACCOUNT, worked_by=samples.BEN.id),
    "by a model, of a long one": partial(
        capture_modal, _AT, replace(_ACCOUNT, is_from_model=True), worked_by=samples.BEN.id, is_whole=False
    ),
    "of a session that somebody took over": partial(
        capture_modal,
        _AT,
        replace(_ACCOUNT, fix="", fixed_at=samples.NOW, is_from_session=True),
        worked_by=samples.ADA.id,
    ),
    "empty": partial(capture_modal, _AT, Account(), worked_by=samples.BEN.id),
    "paste": partial(paste_modal, _AT, "FlowPilot may not read what is written in channels here."),
    "captured": partial(captured_modal, Captured(session_id=2, is_new=True), None),
    "captured before": partial(captured_modal, Captured(session_id=2), _URL),
    "captured and learnt before": partial(captured_modal, Captured(session_id=2, learnt=_LEARNT), _URL),
    "outcome": partial(captured_message, _LEARNT, _URL),
    "offer": partial(offer_message, _AT),
}

"""Words in and out: what people type is understood, what they wrote is harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sessions import ProblemDomain
from bot.slack.commands import (
    Asked,
    DigestAsked,
    GapsAsked,
    HelpAsked,
    QueueAsked,
    SessionsAsked,
    StartAsked,
    StatsAsked,
    UnknownDomain,
    UnknownPeriod,
    understand,
)
from bot.slack.ids import VersionedId
from bot.slack.listeners.sessions import asks_for_help
from bot.slack.mrkdwn import bold, escape, fit, link, mention, plain, size, written
from bot.slack.pace import Pace, Recent, Turns
from bot.slack.payloads.conversation import app_removed, direct_message, mentioned


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("stats", StatsAsked()),
        ("STATS 7D", StatsAsked(days=7)),
        ("stats 90", StatsAsked(days=90)),
        ("stats share 90d networking", StatsAsked(days=90, domain=ProblemDomain.NETWORKING, share=True)),
        ("stats active directory 7d", StatsAsked(days=7, domain=ProblemDomain.ACTIVE_DIRECTORY)),
        ("stats Active-Directory", StatsAsked(domain=ProblemDomain.ACTIVE_DIRECTORY)),
        ("stats microsoft 365", StatsAsked(domain=ProblemDomain.M365)),
        ("stats 14d", UnknownPeriod("14d")),
        ("stats 14", UnknownPeriod("14")),
        ("stats plumbing", UnknownDomain("plumbing")),
        ("queue", QueueAsked()),
        ("digest", DigestAsked()),
        ("help", HelpAsked()),
        ("   ", HelpAsked()),
        ("Start VPN drops", StartAsked(problem="VPN drops")),
        (
            "start domain:Active-Directory  VPN: drops ticket:INC-7 again",
            StartAsked(problem="VPN: drops again", ticket="INC-7", domain=ProblemDomain.ACTIVE_DIRECTORY),
        ),
        ("start VPN domain:plumbing", UnknownDomain("plumbing")),
        ("start", StartAsked(problem="")),
        ("sessions", SessionsAsked()),
        ("gaps", GapsAsked()),
        ("gaps 7 days", GapsAsked(days=7)),
        ("gaps networking", UnknownPeriod("networking")),
        ("Frobnicate NOW", HelpAsked("Frobnicate NOW")),
        ("stat 7d", HelpAsked("stat 7d", meant="stats")),
        ("Strat VPN drops", HelpAsked("Strat VPN drops", meant="start")),
        ("sess", HelpAsked("sess", meant="sessions")),
        ("queu", HelpAsked("queu", meant="queue")),
        ("s", HelpAsked("s")),
        ("printer is offline", HelpAsked("printer is offline")),
    ],
)
def test_commands_are_understood(text: str, asked: Asked) -> None:
    assert understand(text) == asked


@given(st.text())
def test_any_text_is_understood_as_something(text: str) -> None:
    understand(text)
    understand(f"stats {text}")
    understand(f"start {text}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "<@U1> VPN &amp; mail <https://example.com|the page> drop &lt;b&gt;",
            "VPN & mail the page drop <b>",
        ),
        ("see <https://example.com>", "see https://example.com"),
        ("<@U1>", ""),
    ],
)
def test_what_somebody_wrote_is_taken_out_of_slacks_markup(text: str, words: str) -> None:
    assert written(text) == words


@pytest.mark.parametrize(
    ("words", "is_greeting"),
    [("", True), ("Hello!", True), ("what can you do?", True), ("help", True), ("help, VPN drops", False)],
)
def test_a_greeting_is_no_problem(words: str, *, is_greeting: bool) -> None:
    assert asks_for_help(words) is is_greeting


@given(st.text(), st.integers(min_value=10, max_value=60))
def test_a_cut_keeps_the_limit_and_no_entity_is_cut(text: str, limit: int) -> None:
    cut = fit(escape(text), limit)
    assert size(cut) <= limit
    without = cut.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set("&<>") & set(without)


@given(st.text(), st.integers(min_value=5, max_value=60))
def test_plain_text_keeps_the_limit(text: str, limit: int) -> None:
    assert size(plain(text, limit)) <= limit


def test_who_is_no_user_of_slack_is_named_and_not_mentioned() -> None:
    names = ("U0ADMIN01", "terminal", "api:ci", "<!channel>")
    assert [mention(name) for name in names] == ["<@U0ADMIN01>", "terminal", "api:ci", "&lt;!channel&gt;"]


def test_a_date_or_a_mention_is_never_cut_in_two() -> None:
    assert fit("Approved by <@U0ADMIN01> at noon", 20) == "Approved by…"


def test_nobody_is_called_by_what_somebody_wrote() -> None:
    assert escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert bold("a *b*\nc").count("*") == 2
    assert link("https://a.example/", "a|b>c") == "<https://a.example/|a¦b&gt;c>"


def test_a_button_carries_an_id_and_a_version_and_nothing_else() -> None:
    assert VersionedId.parse(str(VersionedId(7, 2))) == VersionedId(7, 2)
    for nonsense in ("", "7", "7:2:9", "a:b"):
        with pytest.raises(ValueError, match=r"."):
            VersionedId.parse(nonsense)


def test_bots_edits_and_other_channels_are_not_people_who_write_to_us() -> None:
    event = {"channel": "D1", "channel_type": "im", "user": "U1", "ts": "1.1"}
    assert direct_message({"event": event}, "T1").is_from_person
    for change in (
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"channel_type": "channel"},
        {"user": ""},
    ):
        assert not direct_message({"event": event | change}, "T1").is_from_person


def test_a_mention_in_a_thread_is_answered_in_that_thread() -> None:
    event = {"channel": "C1", "user": "U1", "ts": "2.2", "thread_ts": "1.1"}
    assert mentioned({"event": event}, "T1").thread_ts == "1.1"


def test_only_the_loss_of_the_bots_own_token_ends_the_installation() -> None:
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}
    assert not app_removed({"event": revoked}, "T1").is_certain
    assert app_removed({"event": revoked | {"tokens": {"bot": ["U2"]}}}, "T1").is_certain
    assert app_removed({"event": {"type": "app_uninstalled"}}, "T1").is_certain


async def test_after_a_few_messages_those_in_one_channel_keep_their_distance() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pace = Pace(1.0, elapsed=lambda: 100.0, sleep=sleep)
    for channel in ("C1", "C1", "C1", "C1", "C1", "C2", "C1"):
        await pace.wait(channel)
    assert slept == [1.0, 2.0]


async def test_turns_leave_nothing_behind() -> None:
    turns = Turns()
    async with turns.turn("a"):
        pass
    assert turns._locks == {}  # noqa: SLF001  (what would grow)


def test_what_was_not_used_lately_is_forgotten() -> None:
    recent: Recent[int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    recent.get("a")
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)

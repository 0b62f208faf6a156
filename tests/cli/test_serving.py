"""FlowPilot at work in a workspace, as one process."""

import json
import time
from io import BytesIO

import aiohttp

from bot.sandbox import Message, Sandbox
from bot.sandbox.http_delivery import signature
from bot.slack.ids import Action
from tests.cli.processes import CONFIG, FlowPilot, Serving

ADA = "U0ADMIN01"
REVIEW, DIGEST, SUPPORT = "C0REVIEW01", "C0DIGEST01", "C0SUPPORT1"
TYPED = "/flowpilot what about the quarterly numbers of Mrs Pemberton"
TOO_LARGE = b"x" * (1024**2 + 1)
GREETING = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"}).encode()
UPLOAD = "files.getUploadURLExternal"


def pictured(messages: list[Message]) -> list[Message]:
    return [each for each in messages if any("slack_file" in block for block in each.blocks or ())]


async def test_process_answers_over_socket_mode_and_its_log_tells_no_contents(
    with_flows: FlowPilot, sandbox: Sandbox, records: list[dict[str, object]]
) -> None:
    async with with_flows.connected(sandbox).serving("run") as serving:
        assert await serving.status("/healthz") == 200
        assert await serving.status("/readyz") == 200
        assert await serving.status("/flow-proposals") == 401
        ack = await sandbox.person(ADA).command(SUPPORT, TYPED)
        assert ack.ok
        (answer,) = await sandbox.until(lambda: sandbox.ephemerals(ADA), 30)
        assert "Mrs Pemberton" in answer.text
        assert (await sandbox.person(ADA).command(SUPPORT, "/flowpilot stats 90d")).ok
        await sandbox.until(lambda: pictured(sandbox.dm(ADA)), 30)
        assert await serving.end() == 0
    assert [each["event"] for each in serving.events if each["logger"] == "bot.app"] == [
        "flowpilot.ready",
        "flowpilot.stopping",
    ]
    written = "".join(serving.lines)
    assert "Pemberton" not in written
    assert not [record["problem"] for record in records if str(record["problem"]) in written]
    assert {each["level"] for each in serving.events} <= {"debug", "info"}


async def test_job_under_way_is_finished_before_the_process_ends(
    with_flows: FlowPilot, sandbox: Sandbox
) -> None:
    sandbox.misbehave(UPLOAD, "timeout_after_accept", delay=0.5)
    async with with_flows.connected(sandbox).serving("run") as serving:
        await sandbox.person(ADA).command(SUPPORT, "/flowpilot stats 90d")
        await sandbox.until(lambda: [call for call in sandbox.calls if call.method == UPLOAD], 30)
        assert pictured(sandbox.dm(ADA)) == []
        assert await serving.end() == 0
    assert len(pictured(sandbox.dm(ADA))) == 1


def waiting(cards: list[Message]) -> list[Message]:
    """Those that can be approved."""
    return [card for card in pictured(cards) if Action.PROPOSAL_APPROVE in json.dumps(card.blocks)]


async def test_process_takes_signed_requests_alone(with_proposals: FlowPilot, sandbox: Sandbox) -> None:
    async with with_proposals.connected(sandbox, over_http=True).serving("run") as serving:
        sandbox.request_url = f"{serving.url}/slack/events"
        card = (await sandbox.until(lambda: waiting(sandbox.messages(REVIEW)), 30))[0]
        ack = await sandbox.person(ADA).click(card, Action.PROPOSAL_APPROVE)
        assert ack.ok
        await sandbox.until(lambda: "Approved" in json.dumps(latest(sandbox, card).blocks), 30)
        now = str(int(time.time()))
        assert await posted(serving, stamp=now) == 200
        assert await posted(serving, stamp=now, secret="guessed") == 401
        assert await posted(serving, stamp=str(int(time.time()) - 600)) == 401
        assert await posted(serving, stamp="yesterday") == 401
        assert await posted(serving, stamp="9" * 5000) == 401
        assert await posted(serving, stamp=now, body=TOO_LARGE) == 413


def latest(sandbox: Sandbox, message: Message) -> Message:
    return next(each for each in sandbox.messages(message.channel) if each.ts == message.ts)


async def posted(
    serving: Serving, *, stamp: str, secret: str = CONFIG.signing_secret, body: bytes = GREETING
) -> int:
    """The status that a request gets."""
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(secret, stamp, body),
    }
    url = f"{serving.url}/slack/events"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=BytesIO(body), headers=headers) as response,
    ):
        return response.status


async def test_taken_port_is_told_in_one_sentence(flowpilot: FlowPilot, sandbox: Sandbox) -> None:
    taken = sandbox.url.rpartition(":")[2]
    ended = await flowpilot.connected(sandbox).given(port=taken)("run")
    sentence = ended.err.splitlines()[-1]
    assert (ended.code, ended.out) == (1, "")
    assert sentence.startswith("flowpilot: ")
    assert taken in sentence

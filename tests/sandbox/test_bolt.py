"""A real Bolt app, over both transports."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from tests.sandbox.conftest import (
    ADA,
    BEN,
    QUICK,
    Connected,
    a_button,
    a_modal,
    a_section,
    actions,
    an_input,
    plain,
)


async def test_command_is_answered_in_the_ack(connected: Connected) -> None:
    def register(app: AsyncApp) -> None:
        @app.command("/flowpilot")
        async def handle(ack: Any, command: Any) -> None:
            await ack(text=f"You asked for {command['text']} in {command['channel_name']}.")

    async with connected(register) as sandbox:
        ack = await sandbox.person(BEN).command("#support", "/flowpilot stats 30d")

        assert ack.ok
        assert ack.seconds < 0.5
        assert [each.text for each in sandbox.ephemerals(BEN, "#support")] == [
            "You asked for stats 30d in support."
        ]
        assert sandbox.messages("#support") == []


async def test_click_replaces_the_card_and_answers_the_clicker(connected: Connected) -> None:
    def register(app: AsyncApp) -> None:
        @app.action("proposal.approve")
        async def handle(ack: Any, body: Any, client: Any, respond: Any) -> None:
            await ack()
            channel, ts = body["channel"]["id"], body["message"]["ts"]
            await client.chat_update(channel=channel, ts=ts, text="Approved", blocks=[a_section("Approved")])
            await respond(text=f"Published {body['actions'][0]['value']}.")

        @app.command("/flowpilot")
        async def card(ack: Any, say: Any) -> None:
            await ack()
            await say(
                text="New flow",
                blocks=[a_section(), actions(a_button(value="P1:1"), a_button("proposal.edit"))],
            )

    async with connected(register) as sandbox:
        ada = sandbox.person(ADA)
        await ada.command("#flow-review", "/flowpilot queue")
        card = await sandbox.until(lambda: sandbox.messages("#flow-review")[-1:])
        ack = await ada.click(card[0], "proposal.approve")

        assert ack.ok
        refusal = await sandbox.until(lambda: sandbox.ephemerals(ADA, "#flow-review"))
        assert refusal[0].text == "Published P1:1."
        shown = sandbox.messages("#flow-review")[0]
        assert shown.is_edited
        assert [block["type"] for block in shown.blocks or []] == ["section"]


async def test_modal_is_opened_corrected_and_submitted(connected: Connected) -> None:
    submitted: list[Any] = []

    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def said() -> None:
            return None

        @app.shortcut("session.capture")
        async def capture(ack: Any, shortcut: Any, client: Any) -> None:
            await ack()
            view = a_modal(an_input(max_length=20), private_metadata=shortcut["message"]["ts"])
            await client.views_open(trigger_id=shortcut["trigger_id"], view=view)

        @app.view("proposal.reject")
        async def handle(ack: Any, view: Any) -> None:
            reason = view["state"]["values"]["reason"]["reason.text"]["value"]
            if reason == "no":
                await ack(response_action="errors", errors={"reason": "Say why."})
                return
            submitted.append((reason, view["private_metadata"]))
            await ack()

    async with connected(register) as sandbox:
        ben = sandbox.person(BEN)
        await ben.say("#support", "VPN drops every ten minutes")
        message = sandbox.messages("#support")[0]
        assert (await ben.message_shortcut(message, "session.capture")).ok
        view = await sandbox.until(lambda: ben.top_view)

        missing = await ben.submit(view, {})
        assert missing.error == "Please complete this required field."
        too_long = await ben.submit(view, {"reason.text": "x" * 21})
        assert too_long.error == "Enter at most 20 characters."
        assert (await ben.submit(view, {"reason.text": "no"})).ok
        corrected = await sandbox.until(lambda: ben.top_view)
        assert corrected.errors == {"reason": "Say why."}
        assert (await ben.submit(view, {"reason": "The fix is wrong"})).ok
        assert ben.top_view is None
        assert submitted == [("The fix is wrong", message.ts)]


async def test_views_are_updated_pushed_and_cleared_by_submissions(connected: Connected) -> None:
    closed: list[Any] = []

    def register(app: AsyncApp) -> None:
        @app.command("/flowpilot")
        async def start(ack: Any, command: Any, client: Any) -> None:
            await ack()
            first = a_modal(callback_id="first", notify_on_close=True)
            await client.views_open(trigger_id=command["trigger_id"], view=first)

        @app.view("first")
        async def first(ack: Any) -> None:
            await ack(response_action="push", view=a_modal(callback_id="second"))

        @app.view("second")
        async def second(ack: Any) -> None:
            await ack(response_action="update", view=a_modal(callback_id="third"))

        @app.view("third")
        async def third(ack: Any) -> None:
            await ack(response_action="clear")

        @app.view_closed("first")
        async def first_closed(ack: Any, body: Any) -> None:
            await ack()
            closed.append(body["is_cleared"])

    async with connected(register) as sandbox:
        ada = sandbox.person(ADA)
        await ada.command("#general", "/flowpilot settings")
        view = await sandbox.until(lambda: ada.top_view)
        await ada.submit(view, {"reason": "one"})
        second = ada.top_view
        assert second is not None
        assert (second.callback_id, second.previous_id, second.root_id) == ("second", view.id, view.id)
        await ada.submit(second, {"reason": "two"})
        third = ada.top_view
        assert third is not None
        assert (third.callback_id, third.id) == ("third", second.id)
        assert third.values["reason"]["reason.text"]["value"] == "two"
        assert (await ada.submit(third, {})).ok
        assert sandbox.workspace.views.stacks.get(ADA) is None
        assert closed == [True]


async def test_home_is_published_and_clicked(connected: Connected) -> None:
    seen: list[Any] = []

    def register(app: AsyncApp) -> None:
        @app.event("app_home_opened")
        async def opened(event: Any, client: Any) -> None:
            select = {
                "type": "static_select",
                "action_id": "queue.domain",
                "options": [{"text": plain(name), "value": name} for name in ("all", "networking")],
            }
            home = {"type": "home", "blocks": [{**a_section(), "accessory": select}]}
            await client.views_publish(user_id=event["user"], view=home)

        @app.action("queue.domain")
        async def filtered(ack: Any, action: Any, body: Any) -> None:
            await ack()
            seen.append((action["selected_option"]["value"], body["view"]["state"]["values"]))

    async with connected(register) as sandbox:
        ada = sandbox.person(ADA)
        await ada.open_home()
        home = await sandbox.until(lambda: ada.home)
        assert (await ada.click(home, "queue.domain", "networking")).ok
        ((value, state),) = seen
        assert value == "networking"
        (held,) = state.values()
        assert held["queue.domain"]["selected_option"]["value"] == "networking"
        assert sandbox.home(ADA) is not None


async def test_mention_message_and_reaction_arrive_as_events(connected: Connected) -> None:
    events: list[str] = []

    def register(app: AsyncApp) -> None:
        @app.event("app_mention")
        async def mentioned(event: Any, say: Any) -> None:
            events.append("app_mention")
            await say(text="Here.", thread_ts=event["ts"])

        @app.event("message")
        async def said(event: Any) -> None:
            events.append(f"message in {event['channel_type']}")

        @app.event("reaction_added")
        async def reacted(event: Any) -> None:
            events.append(event["reaction"])

    async with connected(register) as sandbox:
        ben = sandbox.person(BEN)
        await ben.say("#support", f"<@{QUICK.bot_user}> the VPN drops")
        await ben.say(BEN, "hello")
        message = sandbox.messages("#support")[0]
        await ben.react(message, "eyes")
        answer = await sandbox.until(lambda: sandbox.messages("#support")[1:])
        assert (answer[0].text, answer[0].thread_ts) == ("Here.", message.ts)
        await sandbox.until(lambda: len(events) == 4)
        assert sorted(events) == ["app_mention", "eyes", "message in channel", "message in im"]
        assert [each.text for each in sandbox.dm(BEN)] == ["hello"]

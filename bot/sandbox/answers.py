"""What the app answers to an interaction, carried out: acks with a body, and response URLs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.sandbox.delivery import Ack, Deliveries, Parcel
from bot.sandbox.messages import Message
from bot.sandbox.payloads import Payloads
from bot.sandbox.triggers import Grant
from bot.sandbox.views import View
from bot.sandbox.wire import Json, SlackError, is_true
from bot.sandbox.workspace import Workspace


class Answers:
    """Carries out what the app wants in return."""

    def __init__(self, workspace: Workspace, deliveries: Deliveries, payloads: Payloads) -> None:
        """Work on `workspace`; views that are cleared away are told of through `deliveries`."""
        self._workspace = workspace
        self._deliveries = deliveries
        self._payloads = payloads

    def respond(self, grant: Grant, body: Json, method: str) -> None:
        """Post, replace or delete a message as a response URL allows; raises SlackError."""
        original = self._original(grant)
        if is_true(body.get("delete_original")):
            if original is None:
                raise SlackError("message_not_found")
            self._workspace.delete(original)
        elif is_true(body.get("replace_original")) and original is not None:
            self._workspace.rewrite(method, original, body)
        else:
            channel = self._workspace.conversations.find(grant.channel)
            only_for = None if body.get("response_type") == "in_channel" else grant.user
            self._workspace.post(method, channel, body, only_for=only_for, thread_ts=body.get("thread_ts"))

    def _original(self, grant: Grant) -> Message | None:
        if grant.message_ts is None:
            return None
        return self._workspace.conversations.get(grant.channel, grant.message_ts)

    def after_command(self, ack: Ack, command: Json) -> Ack:
        """Show what a command was answered with; return the ack, failed if Slack would refuse the answer."""
        body = {"text": ack.body} if isinstance(ack.body, str) else ack.body
        if not ack.ok or not body or not (body.get("text") or body.get("blocks")):
            return ack
        grant = Grant(command["user_id"], command["channel_id"], None, self._workspace.clock())
        try:
            self.respond(grant, body, command["command"])
        except SlackError as error:
            return replace(ack, ok=False, error=error.code)
        return ack

    async def after_submission(self, ack: Ack, submitted: View) -> Ack:
        """Close, change or push views as the app wants; return the ack, failed if that is not possible."""
        view = self._still_open(submitted)
        if view is None:
            return ack
        view = self._workspace.views.keep(replace(view, is_busy=False))
        try:
            if not ack.ok:
                raise SlackError(ack.error or "")  # noqa: TRY301  (every way to fail ends below)
            await self._act(view, ack.body)
        except SlackError as error:
            return replace(ack, ok=False, error=error.code)
        finally:
            self._workspace.changes.notify()
        return ack

    def _still_open(self, view: View) -> View | None:
        try:
            return self._workspace.views.get(view.id)
        except SlackError:
            return None

    async def _act(self, view: View, body: Any) -> None:
        """Carry out a response_action; raises SlackError("invalid_response_action") if it is none."""
        action = body.get("response_action") if isinstance(body, dict) else body
        if not body:
            self._workspace.views.drop(view)
        elif action == "clear":
            cleared = self._workspace.views.clear(view.user)
            await self.tell_closed([each for each in cleared if each.id != view.id], is_cleared=True)
        elif action == "errors":
            self._show_errors(view, body.get("errors"))
        elif action in ("update", "push") and isinstance(body.get("view"), dict):
            self._workspace.check_view("view_submission", body["view"])
            self._show(view, body["view"], is_on_top=action == "push")
        else:
            self._workspace.journal.notice(
                "error", f"view_submission was answered with what Slack does not know: {body}"
            )
            raise SlackError("invalid_response_action")

    def _show(self, view: View, payload: Json, *, is_on_top: bool) -> None:
        if is_on_top:
            self._workspace.views.push(view.user, payload)
        else:
            self._workspace.views.update(view, payload)

    def _show_errors(self, view: View, errors: Any) -> None:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not inputs.issuperset(errors):
            self._workspace.journal.notice("error", f"errors must name input blocks of the view: {errors}")
            raise SlackError("invalid_response_action")
        self._workspace.views.keep(replace(view, errors=errors))

    async def tell_closed(self, views: list[View], *, is_cleared: bool) -> Ack:
        """Tell the app of closed views that ask for it; return the last ack."""
        ack = Ack(ok=True)
        for view in views:
            if view.payload.get("notify_on_close"):
                payload = self._payloads.closed(view.user, view, is_cleared=is_cleared)
                ack = await self._deliveries.deliver(Parcel("interactive", payload))
        return ack

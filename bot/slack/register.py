"""Which function answers to what: the one table of listeners."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from bot.slack.deps import Ack, SlackDeps
from bot.slack.draft_forms import EDITS
from bot.slack.ids import ANSWER_ACTIONS, CHECK_ACTIONS, COMMAND, Action, Callback, Shortcut
from bot.slack.listeners.by_hand import handle_again_clicked, handle_begin_clicked, handle_flow_begun
from bot.slack.listeners.captures import (
    handle_capture_clicked,
    handle_capture_pasted,
    handle_capture_submitted,
    handle_reacted,
)
from bot.slack.listeners.details import (
    handle_back_clicked,
    handle_history_clicked,
    handle_session_chosen,
    handle_step_chosen,
    handle_view_clicked,
    handle_withdraw_clicked,
)
from bot.slack.listeners.details import handle_page_clicked as handle_details_page_clicked
from bot.slack.listeners.editor import (
    handle_carry_over_clicked,
    handle_details_clicked,
    handle_discard_clicked,
    handle_edit_clicked,
    handle_flow_edit_clicked,
    handle_flow_propose_clicked,
    handle_flow_step_clicked,
    handle_keep_clicked,
    handle_page_clicked,
    handle_picture_clicked,
    handle_publish_submitted,
    handle_start_over_clicked,
    handle_step_clicked,
    handle_take_over_clicked,
    handle_text_clicked,
    handle_undo_clicked,
    submitting,
)
from bot.slack.listeners.flows import (
    handle_archive_clicked,
    handle_export_clicked,
    handle_flow_clicked,
    handle_flows_turned,
    handle_restore_clicked,
    handle_roll_back_clicked,
)
from bot.slack.listeners.gaps import (
    handle_gap_clicked,
    handle_gap_draft_clicked,
    handle_gap_mute_clicked,
    handle_gap_muted,
    handle_gaps_clicked,
)
from bot.slack.listeners.heat_maps import handle_heat_map_clicked
from bot.slack.listeners.help import handle_command_typed, handle_mentioned, handle_message_written
from bot.slack.listeners.home import handle_dashboard_clicked, handle_home_opened
from bot.slack.listeners.lifecycle import handle_app_removed
from bot.slack.listeners.proposals import (
    handle_approve_clicked,
    handle_dismiss_clicked,
    handle_explain_clicked,
    handle_explanation_submitted,
    handle_reject_clicked,
    handle_rejection_submitted,
    handle_reopen_clicked,
)
from bot.slack.listeners.queue import (
    handle_batch_clicked,
    handle_batch_submitted,
    handle_box_ticked,
    handle_queue_clicked,
    handle_queue_turned,
)
from bot.slack.listeners.scripts import (
    handle_add_to_step_clicked,
    handle_approve_template_clicked,
    handle_choice_submitted,
    handle_confirm_clicked,
    handle_decline_template_clicked,
    handle_fill_clicked,
    handle_generate_clicked,
    handle_save_template_clicked,
    handle_typed_submitted,
    handle_values_submitted,
    handle_withdraw_template_clicked,
)
from bot.slack.listeners.sessions import (
    handle_abandon_clicked,
    handle_answer_clicked,
    handle_check_clicked,
    handle_else_clicked,
    handle_else_submitted,
    handle_escalate_clicked,
    handle_escalate_submitted,
    handle_flag_submitted,
    handle_follow_clicked,
    handle_log_clicked,
    handle_log_submitted,
    handle_more_clicked,
    handle_no_help_clicked,
    handle_resolve_clicked,
    handle_resolve_submitted,
    handle_resume_clicked,
    handle_script_clicked,
    handle_show_clicked,
    handle_start_clicked,
    handle_start_submitted,
)
from bot.slack.listeners.sessions import (
    handle_take_over_clicked as handle_session_take_over_clicked,
)
from bot.slack.listeners.settings import handle_settings_submitted
from bot.slack.listeners.stats import (
    handle_period_clicked,
    handle_share_clicked,
    handle_share_submitted,
)
from bot.slack.payloads import (
    captures,
    conversation,
    details,
    editor,
    flows,
    gaps,
    proposals,
    queue,
    scripts,
    sessions,
    settings,
    stats,
)
from bot.slack.refusals import explain
from bot.slack.views.blocks import Json

Cause = TypeVar("Cause")
Listener = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Route(Generic[Cause]):
    """How a payload becomes a cause, and who deals with that."""

    parse: Callable[[Json, str], Cause]
    handle: Callable[[Cause, Ack, SlackDeps], Awaitable[None]]

    async def follow(self, body: Json, workspace_id: str, ack: Ack, deps: SlackDeps) -> None:
        await self.handle(self.parse(body, workspace_id), ack, deps)


ACTIONS: Mapping[Action, Route[Any]] = {
    Action.PROPOSAL_AGAIN: Route(proposals.proposal_click, handle_again_clicked),
    Action.PROPOSAL_APPROVE: Route(proposals.proposal_click, handle_approve_clicked),
    Action.PROPOSAL_BACK: Route(details.part_click, handle_back_clicked),
    Action.PROPOSAL_BEGIN: Route(proposals.queue_click, handle_begin_clicked),
    Action.PROPOSAL_EDIT: Route(proposals.proposal_click, handle_edit_clicked),
    Action.PROPOSAL_EXPLAIN: Route(proposals.proposal_click, handle_explain_clicked),
    Action.PROPOSAL_DISMISS: Route(proposals.proposal_click, handle_dismiss_clicked),
    Action.PROPOSAL_REJECT: Route(proposals.proposal_click, handle_reject_clicked),
    Action.PROPOSAL_REOPEN: Route(proposals.proposal_click, handle_reopen_clicked),
    Action.PROPOSAL_HISTORY: Route(details.part_click, handle_history_clicked),
    Action.PROPOSAL_PAGE_BACK: Route(details.part_click, handle_details_page_clicked),
    Action.PROPOSAL_PAGE_ON: Route(details.part_click, handle_details_page_clicked),
    Action.PROPOSAL_SESSION: Route(details.part_click, handle_session_chosen),
    Action.PROPOSAL_STEP: Route(details.part_click, handle_step_chosen),
    Action.PROPOSAL_VIEW: Route(proposals.proposal_click, handle_view_clicked),
    Action.PROPOSAL_WITHDRAW: Route(proposals.proposal_click, handle_withdraw_clicked),
    Action.DRAFT_STEP: Route(editor.draft_click, handle_step_clicked),
    Action.DRAFT_DETAILS: Route(editor.draft_click, handle_details_clicked),
    Action.DRAFT_UNDO: Route(editor.draft_click, handle_undo_clicked),
    Action.DRAFT_PICTURE: Route(editor.draft_click, handle_picture_clicked),
    Action.DRAFT_TEXT: Route(editor.draft_click, handle_text_clicked),
    Action.DRAFT_START_OVER: Route(editor.draft_click, handle_start_over_clicked),
    Action.DRAFT_TAKE_OVER: Route(editor.draft_click, handle_take_over_clicked),
    Action.DRAFT_CARRY_OVER: Route(editor.draft_click, handle_carry_over_clicked),
    Action.DRAFT_DISCARD: Route(editor.draft_click, handle_discard_clicked),
    Action.DRAFT_KEEP: Route(editor.draft_click, handle_keep_clicked),
    Action.DRAFT_BACK: Route(editor.draft_click, handle_page_clicked),
    Action.DRAFT_ON: Route(editor.draft_click, handle_page_clicked),
    Action.FLOW_ARCHIVE: Route(flows.flow_click, handle_archive_clicked),
    Action.FLOW_EDIT: Route(flows.flow_click, handle_flow_edit_clicked),
    Action.FLOW_EDIT_STEP: Route(flows.flow_step_click, handle_flow_step_clicked),
    Action.FLOW_HEAT_MAP: Route(flows.flow_click, handle_heat_map_clicked),
    Action.FLOW_JSON: Route(flows.flow_export_click, handle_export_clicked),
    Action.FLOW_MARKDOWN: Route(flows.flow_export_click, handle_export_clicked),
    Action.FLOW_MERMAID: Route(flows.flow_export_click, handle_export_clicked),
    Action.FLOW_PROPOSE: Route(flows.flow_click, handle_flow_propose_clicked),
    Action.FLOW_RESTORE: Route(flows.flow_click, handle_restore_clicked),
    Action.FLOW_ROLL_BACK: Route(flows.roll_back_click, handle_roll_back_clicked),
    Action.FLOW_VIEW: Route(flows.flow_click, handle_flow_clicked),
    Action.FLOW_YAML: Route(flows.flow_export_click, handle_export_clicked),
    Action.FLOWS_NEXT: Route(flows.flows_turned, handle_flows_turned),
    Action.FLOWS_PREVIOUS: Route(flows.flows_turned, handle_flows_turned),
    Action.GAP_DRAFT: Route(gaps.gap_click, handle_gap_draft_clicked),
    Action.GAP_MUTE: Route(gaps.gap_click, handle_gap_mute_clicked),
    Action.GAP_VIEW: Route(gaps.gap_click, handle_gap_clicked),
    Action.GAPS_OPEN: Route(gaps.gaps_click, handle_gaps_clicked),
    Action.HOME_DASHBOARD: Route(conversation.home_click, handle_dashboard_clicked),
    Action.QUEUE_AGE: Route(queue.queue_turned, handle_queue_turned),
    Action.QUEUE_APPROVE: Route(queue.batch_click, handle_batch_clicked),
    Action.QUEUE_DISMISS: Route(queue.batch_click, handle_batch_clicked),
    Action.QUEUE_DOMAIN: Route(queue.queue_turned, handle_queue_turned),
    Action.QUEUE_KIND: Route(queue.queue_turned, handle_queue_turned),
    Action.QUEUE_NEXT: Route(queue.queue_turned, handle_queue_turned),
    Action.QUEUE_OPEN: Route(proposals.queue_click, handle_queue_clicked),
    **{action: Route(sessions.answer_click, handle_answer_clicked) for action in ANSWER_ACTIONS},
    **{action: Route(sessions.check_click, handle_check_clicked) for action in CHECK_ACTIONS},
    Action.SESSION_ABANDON: Route(sessions.session_click, handle_abandon_clicked),
    Action.SESSION_CAPTURE: Route(captures.capture_click, handle_capture_clicked),
    Action.SESSION_ELSE: Route(sessions.session_click, handle_else_clicked),
    Action.SESSION_ESCALATE: Route(sessions.session_click, handle_escalate_clicked),
    Action.SESSION_FOLLOW: Route(sessions.session_click, handle_follow_clicked),
    Action.SESSION_LOG: Route(sessions.session_click, handle_log_clicked),
    Action.SESSION_MORE: Route(sessions.more_click, handle_more_clicked),
    Action.SESSION_NO_HELP: Route(sessions.session_click, handle_no_help_clicked),
    Action.SESSION_RESOLVE: Route(sessions.session_click, handle_resolve_clicked),
    Action.SESSION_RESUME: Route(sessions.session_click, handle_resume_clicked),
    Action.SESSION_SCRIPT: Route(sessions.session_click, handle_script_clicked),
    Action.SESSION_SHOW: Route(sessions.session_click, handle_show_clicked),
    Action.SESSION_START: Route(sessions.start_click, handle_start_clicked),
    Action.SESSION_TAKE_OVER: Route(sessions.session_click, handle_session_take_over_clicked),
    Action.QUEUE_ORDER: Route(queue.queue_turned, handle_queue_turned),
    Action.QUEUE_PICK: Route(queue.box_ticked, handle_box_ticked),
    Action.QUEUE_PREVIOUS: Route(queue.queue_turned, handle_queue_turned),
    Action.QUEUE_STATUS: Route(queue.queue_turned, handle_queue_turned),
    Action.QUEUE_SUPPORT: Route(queue.queue_turned, handle_queue_turned),
    Action.SCRIPT_ADD_TO_STEP: Route(scripts.script_click, handle_add_to_step_clicked),
    Action.SCRIPT_APPROVE_TEMPLATE: Route(scripts.script_click, handle_approve_template_clicked),
    Action.SCRIPT_CONFIRM: Route(scripts.script_click, handle_confirm_clicked),
    Action.SCRIPT_DECLINE_TEMPLATE: Route(scripts.script_click, handle_decline_template_clicked),
    Action.SCRIPT_FILL: Route(scripts.recipe_click, handle_fill_clicked),
    Action.SCRIPT_GENERATE: Route(scripts.generate_click, handle_generate_clicked),
    Action.SCRIPT_SAVE_TEMPLATE: Route(scripts.script_click, handle_save_template_clicked),
    Action.SCRIPT_WITHDRAW_TEMPLATE: Route(scripts.script_click, handle_withdraw_template_clicked),
    Action.STATS_SHARE: Route(stats.stats_click, handle_share_clicked),
    Action.STATS_WEEK: Route(stats.stats_click, handle_period_clicked),
    Action.STATS_MONTH: Route(stats.stats_click, handle_period_clicked),
    Action.STATS_QUARTER: Route(stats.stats_click, handle_period_clicked),
}
VIEWS: Mapping[Callback, Route[Any]] = {
    Callback.DRAFT_PUBLISH: Route(editor.draft_submitted, handle_publish_submitted),
    **{callback: Route(editor.draft_submitted, submitting(callback)) for callback in EDITS},
    Callback.GAP_MUTE: Route(gaps.gap_muted, handle_gap_muted),
    Callback.PROPOSAL_BEGIN: Route(details.flow_begun, handle_flow_begun),
    Callback.PROPOSAL_EXPLAIN: Route(proposals.reason_submitted, handle_explanation_submitted),
    Callback.PROPOSAL_REJECT: Route(proposals.reason_submitted, handle_rejection_submitted),
    Callback.SESSION_CAPTURE: Route(captures.capture_submitted, handle_capture_submitted),
    Callback.SESSION_ELSE: Route(sessions.session_submitted, handle_else_submitted),
    Callback.SESSION_ESCALATE: Route(sessions.session_submitted, handle_escalate_submitted),
    Callback.SESSION_FLAG: Route(sessions.session_submitted, handle_flag_submitted),
    Callback.SESSION_LOG: Route(sessions.session_submitted, handle_log_submitted),
    Callback.SESSION_PASTE: Route(captures.capture_pasted, handle_capture_pasted),
    Callback.SESSION_RESOLVE: Route(sessions.session_submitted, handle_resolve_submitted),
    Callback.SESSION_START: Route(sessions.start_submitted, handle_start_submitted),
    Callback.QUEUE_DECIDE: Route(queue.batch_submitted, handle_batch_submitted),
    Callback.SCRIPT_CHOOSE: Route(scripts.choice_submitted, handle_choice_submitted),
    Callback.SCRIPT_FILL: Route(scripts.values_submitted, handle_values_submitted),
    Callback.SCRIPT_TYPE: Route(scripts.typed_submitted, handle_typed_submitted),
    Callback.SETTINGS_CHANGE: Route(settings.settings_submitted, handle_settings_submitted),
    Callback.STATS_SHARE: Route(stats.share_submitted, handle_share_submitted),
}
SHORTCUTS: Mapping[Shortcut, Route[Any]] = {
    Shortcut.CAPTURE: Route(captures.capture_chosen, handle_capture_clicked),
    Shortcut.TROUBLESHOOT: Route(sessions.troubleshoot_chosen, handle_start_clicked),
}
COMMANDS: Mapping[str, Route[Any]] = {COMMAND: Route(conversation.command_typed, handle_command_typed)}
EVENTS: Mapping[str, Route[Any]] = {
    "app_home_opened": Route(conversation.home_opened, handle_home_opened),
    "app_mention": Route(conversation.mentioned, handle_mentioned),
    "app_uninstalled": Route(conversation.app_removed, handle_app_removed),
    "message": Route(conversation.message_written, handle_message_written),
    "reaction_added": Route(captures.reacted, handle_reacted),
    "tokens_revoked": Route(conversation.app_removed, handle_app_removed),
}


def register(app: AsyncApp, deps: SlackDeps) -> None:
    """Wire the table into the app."""
    for action, route in ACTIONS.items():
        app.action(action.value)(_listener(route, deps))
    for callback, route in VIEWS.items():
        app.view(callback.value)(_listener(route, deps))
    for shortcut, route in SHORTCUTS.items():
        app.message_shortcut(shortcut.value)(_listener(route, deps))
    for command, route in COMMANDS.items():
        app.command(command)(_listener(route, deps))
    for event, route in EVENTS.items():
        app.event(event)(_listener(route, deps))


def _listener(route: Route[Any], deps: SlackDeps) -> Listener:
    """The function that Bolt calls. Whatever goes wrong in it is explained to the person, never swallowed."""

    async def listen(body: Json, ack: AsyncAck, context: AsyncBoltContext) -> None:
        workspace_id = _workspace_of(context)
        with deps.running.task():
            try:
                await route.follow(body, workspace_id, ack, deps)
            except Exception as error:  # noqa: BLE001  (the edge: explain() words or logs every kind)
                waiting = ack if ack.response is None else None
                await explain(error, body, waiting, deps, workspace_id=workspace_id)

    return listen


def _workspace_of(context: AsyncBoltContext) -> str:
    """The workspace that the token belongs to, which is ours whoever clicked from elsewhere."""
    authorised = context.authorize_result
    return str((authorised.team_id if authorised else None) or context.team_id)

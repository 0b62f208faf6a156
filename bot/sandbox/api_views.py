"""views.*: modals and the App Home."""

from __future__ import annotations

from bot.sandbox.views import View
from bot.sandbox.wire import Arguments, Json, Problem, SlackError
from bot.sandbox.workspace import Workspace


def _view(workspace: Workspace, method: str, args: Arguments, wanted: str) -> Json:
    view = args.json("view")
    if not isinstance(view, dict):
        raise SlackError(
            "invalid_arguments", [Problem("invalid_arguments", "/view", "missing required field: view")]
        )
    workspace.check_view(method, view)
    if view["type"] != wanted:
        raise SlackError(
            "invalid_arguments", [Problem("invalid_arguments", "/view/type", f"must be {wanted}")]
        )
    return view


def _answer(workspace: Workspace, view: View) -> Json:
    return {"view": view.as_slack(workspace.config)}


def _open(workspace: Workspace, args: Arguments, method: str, *, needs_root: bool) -> Json:
    payload = _view(workspace, method, args, "modal")
    user = workspace.triggers.exchange(args.text("trigger_id") or args.required("interactivity_pointer"))
    if needs_root and workspace.views.top(user) is None:
        raise SlackError("not_found")
    return _answer(workspace, workspace.views.push(user, payload))


def open_view(workspace: Workspace, args: Arguments) -> Json:
    """Open a modal for the person whose trigger it is."""
    return _open(workspace, args, "views.open", needs_root=False)


def push_view(workspace: Workspace, args: Arguments) -> Json:
    """Open a modal on top of the one that is open."""
    return _open(workspace, args, "views.push", needs_root=True)


def update_view(workspace: Workspace, args: Arguments) -> Json:
    """Show something else in an open view."""
    view = workspace.views.get(args.text("view_id"), args.text("external_id"))
    payload = _view(workspace, "views.update", args, view.type)
    return _answer(workspace, workspace.views.update(view, payload, args.text("hash")))


def publish_view(workspace: Workspace, args: Arguments) -> Json:
    """Show a Home to a person."""
    user = workspace.person(args.required("user_id")).id
    payload = _view(workspace, "views.publish", args, "home")
    return _answer(workspace, workspace.views.publish(user, payload, args.text("hash")))


METHODS = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish_view,
}

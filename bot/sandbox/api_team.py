"""Who is who: users.*, bots.info, team.info, auth.* and oauth.v2.access."""

from __future__ import annotations

from bot.sandbox.api_conversations import channel_json, page_of
from bot.sandbox.config import PersonConfig, SandboxConfig
from bot.sandbox.wire import Arguments, Json, SlackError
from bot.sandbox.workspace import Workspace


def _person(config: SandboxConfig, person: PersonConfig) -> Json:
    return {
        "id": person.id,
        "team_id": config.team_id,
        "name": person.name,
        "deleted": False,
        "color": person.color,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": person.tz_offset_seconds,
        "profile": {
            "title": person.title,
            "real_name": person.real_name,
            "display_name": person.name,
            "real_name_normalized": person.real_name,
            "display_name_normalized": person.name,
            "team": config.team_id,
        },
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_bot": False,
        "is_app_user": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
    }


def _bot(config: SandboxConfig) -> Json:
    bot = PersonConfig(
        config.bot_user, config.app_name.lower(), config.app_name, tz="UTC", tz_offset_seconds=0
    )
    shown = _person(config, bot)
    shown["profile"] |= {"bot_id": config.bot_id, "api_app_id": config.app_id}
    return {**shown, "is_bot": True}


def user_info(workspace: Workspace, args: Arguments) -> Json:
    """Describe somebody, the app's own user too."""
    user = args.required("user")
    if user == workspace.config.bot_user:
        return {"user": _bot(workspace.config)}
    return {"user": _person(workspace.config, workspace.person(user))}


def user_list(workspace: Workspace, args: Arguments) -> Json:
    """List everybody, the app's own user last."""
    config = workspace.config
    page, more = page_of([*(_person(config, each) for each in config.people), _bot(config)], args)
    return {"members": page, "response_metadata": more}


def user_conversations(workspace: Workspace, args: Arguments) -> Json:
    """List the public channels that somebody is in; without a user, those of the app."""
    user = args.text("user") or workspace.config.bot_user
    shared = [each for each in workspace.conversations.shared_by(user) if each.kind == "channel"]
    page, more = page_of([channel_json(workspace, each) for each in shared], args)
    return {"channels": page, "response_metadata": more}


def bot_info(workspace: Workspace, args: Arguments) -> Json:
    """Describe the app's bot."""
    config = workspace.config
    if args.text("bot", config.bot_id) != config.bot_id:
        raise SlackError("bot_not_found")
    bot = {"id": config.bot_id, "deleted": False, "name": config.app_name, "app_id": config.app_id}
    return {"bot": {**bot, "user_id": config.bot_user}}


def team_info(workspace: Workspace, _args: Arguments) -> Json:
    """Describe the workspace."""
    config = workspace.config
    return {"team": {"id": config.team_id, "name": config.team_name, "domain": config.team_domain}}


def auth_test(workspace: Workspace, _args: Arguments) -> Json:
    """Say whose token it is."""
    config = workspace.config
    return {
        "url": f"{workspace.origin}/",
        "team": config.team_name,
        "user": config.app_name.lower(),
        "team_id": config.team_id,
        "user_id": config.bot_user,
        "bot_id": config.bot_id,
        "is_enterprise_install": False,
    }


def auth_revoke(workspace: Workspace, args: Arguments) -> Json:
    """Make the app's token worthless."""
    if not args.flag("test"):
        workspace.revoked_as = "token_revoked"
    return {"revoked": not args.flag("test")}


def oauth_access(workspace: Workspace, args: Arguments) -> Json:
    """Give the app's token for the code of an installation; any code will do."""
    config = workspace.config
    if (args.text("client_id"), args.text("client_secret")) != (config.client_id, config.client_secret):
        raise SlackError("bad_client_secret")
    args.required("code")
    workspace.revoked_as = None
    return {
        "access_token": config.bot_token,
        "token_type": "bot",
        "scope": config.scopes,
        "bot_user_id": config.bot_user,
        "app_id": config.app_id,
        "team": {"id": config.team_id, "name": config.team_name},
        "enterprise": None,
        "authed_user": {"id": config.people[0].id},
        "is_enterprise_install": False,
    }


def api_test(_workspace: Workspace, args: Arguments) -> Json:
    """Answer with what was sent."""
    if args.text("error"):
        raise SlackError(args.text("error"))
    return {"args": args.values}


METHODS = {
    "api.test": api_test,
    "auth.test": auth_test,
    "auth.revoke": auth_revoke,
    "bots.info": bot_info,
    "oauth.v2.access": oauth_access,
    "team.info": team_info,
    "users.conversations": user_conversations,
    "users.info": user_info,
    "users.list": user_list,
}

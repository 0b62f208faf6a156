"""Published flows: the list that somebody asked for, and the page of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.domain.flow_pages import ARCHIVED, FlowList, FlowPage, FlowUse
from bot.domain.flow_use import USE_DAYS
from bot.domain.flows import Flow, FlowVersion
from bot.domain.trust import Trust, TrustLevel
from bot.domain.words import counted, listed, share_out_of
from bot.slack.ids import COMMAND, EXPORT_ACTIONS, Action, EarlierVersion, VersionedId
from bot.slack.mrkdwn import bold, day, escape, inline, plain
from bot.slack.views import samples
from bot.slack.views.blocks import (
    Json,
    actions,
    button,
    context,
    divider,
    message,
    modal,
    section,
    sections,
)
from bot.slack.views.by_hand import propose_button
from bot.slack.views.flags import flagged
from bot.slack.views.heat_maps import heat_button
from bot.slack.views.phrases import domain_words, trust_words
from bot.slack.views.trees import step_lines

TITLE_CHARACTERS = 120
CONFIRMED_TITLE_CHARACTERS = 60
SUMMARY_CHARACTERS = 1000
CHANGE_CHARACTERS = 200
WORDS_CHARACTERS = 80
LEFT_CHARACTERS = 300
SHOWN_STEPS = 60
SHOWN_VERSIONS = 12
CHANGES_EXPIRE = "Open proposals to change this flow expire, and their sessions are analysed again."


def flow_list(found: FlowList) -> Json:
    """The flows as a message to the person who asked."""
    headline = _headline(found)
    doing = actions([*_turning(found), propose_button()])
    if not found.flows:
        return message(headline, [section(headline), doing])
    titles = listed([_title(flow) for flow in found.flows])
    parts = [section(f"*{headline}*"), *(_row(flow, found.use[flow.id]) for flow in found.flows)]
    return message(f"{headline}: {inline(titles)}.", [*parts, doing])


def flow_modal(page: FlowPage, picture: Json | None = None, *, notice: str | None = None) -> Json:
    """Everything about one flow. `picture` shows its tree, as soon as there is one; `notice` is plain text."""
    flow = page.flow
    steps = step_lines(flow.tree)
    more = len(steps) - SHOWN_STEPS
    return modal(
        "Flow",
        [
            *([section(f"*{escape(notice)}*")] if notice else []),
            section(_introduction(flow)),
            *([section(_out_of_use(page))] if flow.archived else []),
            *([picture] if picture else []),
            *sections("Steps", steps[:SHOWN_STEPS]),
            *([context(f"… and {counted(more, 'more step')}; the files have them all.")] if more > 0 else []),
            section(
                f"*Use*\n{_use(page.use)} {trust_words(page.use.trust)}",
                heat_button(flow.id, flow.current.number),
            ),
            *_left_at(page),
            *flagged("Flagged, and not changed since", page.flags),
            divider(),
            section("*Versions*"),
            *_versions(page),
            divider(),
            section("*As a file*, by direct message"),
            actions(_files(flow)),
            *([actions(changing)] if (changing := _changing(page)) else []),
        ],
    )


def file_message(title: str, filename: str) -> Json:
    """What stands above a file that somebody asked for."""
    return message(f"Here is {bold(plain(title, TITLE_CHARACTERS))} as {inline(filename)}.")


def _title(flow: Flow) -> str:
    """On one line; never empty."""
    return plain(flow.title, TITLE_CHARACTERS) or f"Flow {flow.id}"


def _headline(found: FlowList) -> str:
    words = inline(plain(found.words, WORDS_CHARACTERS))
    if found.words == ARCHIVED:
        what, nothing = "Archived flows", "No flow is archived."
    elif found.words:
        what = f"Flows that fit “{words}”"
        nothing = f"No flow fits “{words}”. `{COMMAND} flows` lists them all."
    else:
        what, nothing = "Published flows", "No flow is published yet."
    if not found.flows:
        return nothing if found.page == 0 else "There are no more flows."
    return f"{what}, page {found.page + 1}" if found.page or found.has_more else what


def _row(flow: Flow, use: FlowUse) -> Json:
    facts = [
        f"Version {flow.current.number}",
        domain_words(flow.current.draft.problem_domain),
        f"from {counted(use.behind, 'session')}",
        *([f"followed by {use.followed}"] if use.followed else []),
        *([_mark(use.trust)] if use.followed else []),
    ]
    view = button("View", Action.FLOW_VIEW, _seen(flow), label=f"View: {_title(flow)}")
    return section(f"{bold(_title(flow))}\n{' · '.join(facts)}", view)


def _turning(found: FlowList) -> list[Json]:
    back = [button("Previous", Action.FLOWS_PREVIOUS, f"{found.page - 1}:{found.words}")]
    on = [button("Next", Action.FLOWS_NEXT, f"{found.page + 1}:{found.words}")]
    return [*(back if found.page else []), *(on if found.has_more else [])]


def _introduction(flow: Flow) -> str:
    draft = flow.current.draft
    facts = [f"Version {flow.current.number}", domain_words(draft.problem_domain)]
    summary = escape(plain(draft.summary, SUMMARY_CHARACTERS))
    return "\n".join(
        [
            bold(_title(flow)),
            *([summary] if summary not in ("", escape(_title(flow))) else []),
            " · ".join(facts),
        ]
    )


def _out_of_use(page: FlowPage) -> str:
    if page.part_of:
        return f"*Archived.* It became part of {bold(plain(page.part_of, TITLE_CHARACTERS))}."
    return "*Archived.* No session is matched with it."


def _use(use: FlowUse) -> str:
    behind = f"{counted(use.behind, 'session')} stand{'s' if use.behind == 1 else ''} behind it."
    if not use.followed:
        return f"{behind} No session has followed it yet."
    followed = f"{counted(use.followed, 'session')} followed it"
    if not use.ended:
        return f"{behind} {followed}, and none of them has ended yet."
    return f"{behind} {followed}; {share_out_of(use.resolution)} that ended were resolved."


def _mark(trust: Trust) -> str:
    return f":warning: *{trust.level}*" if trust.level is TrustLevel.DOUBTED else trust.level.value


def _left_at(page: FlowPage) -> Iterator[Json]:
    """Where people leave the flow, by what, and how those sessions end."""
    node_id = page.steps.most_left
    if node_id is None:
        return
    use, node = page.steps.of(node_id), page.flow.tree.nodes[node_id]
    ways = {
        "answered in other words": use.typed,
        "skipped": use.skipped,
        "not helped by it": use.failed,
        "given up": use.left,
    }
    told = listed([f"{count} {way}" for way, count in ways.items() if count])
    ended = f" {share_out_of(use.resolution)} that ended were resolved." if use.ended else ""
    yield section(
        f"*Most often left at*\n{bold(plain(node.text, LEFT_CHARACTERS))}: "
        f"{share_out_of(use.escapes)} sessions in {USE_DAYS} days ({told}).{ended}"
    )


def _versions(page: FlowPage) -> Iterator[Json]:
    for version in page.versions[:SHOWN_VERSIONS]:
        yield section(_version(version, page), _roll_back(version, page))
    more = len(page.versions) - SHOWN_VERSIONS
    if more > 0:
        yield context(f"… and {counted(more, 'earlier version')}")


def _version(version: FlowVersion, page: FlowPage) -> str:
    by = inline(page.names.get(version.published_by, version.published_by))
    now = " · in use" if version.number == page.flow.current.number and not page.flow.archived else ""
    change = escape(plain(version.change, CHANGE_CHARACTERS))
    return f"Version {version.number} · {by} · {day(version.published_at)}{now}\n{change}"


def _roll_back(version: FlowVersion, page: FlowPage) -> Json | None:
    """The button for an earlier version, where this person may go back to it."""
    flow = page.flow
    if flow.archived or version.number == flow.current.number or not page.seen_by.is_admin:
        return None
    seen = VersionedId(flow.id, flow.current.number)
    return button(
        "Roll Back",
        Action.FLOW_ROLL_BACK,
        str(EarlierVersion(seen, version.number)),
        label=f"Roll back to version {version.number}",
        confirm=(
            f"Back to version {version.number}?",
            f"It is published again as version {flow.current.number + 1}. {CHANGES_EXPIRE}",
        ),
    )


def _files(flow: Flow) -> list[Json]:
    return [
        button(words, action, _seen(flow), label=f"Send as {words}")
        for action, (words, _) in EXPORT_ACTIONS.items()
    ]


def _changing(page: FlowPage) -> list[Json]:
    """Reviewers edit and archive, everybody may propose."""
    flow, admin = page.flow, page.seen_by.is_admin
    if flow.archived:
        return [_archiving(page)] if admin else []
    title = _title(flow)
    edit = button("Edit", Action.FLOW_EDIT, _seen(flow), label=f"Edit: {title}")
    propose = button("Propose a Change", Action.FLOW_PROPOSE, _seen(flow), label=f"Propose a change: {title}")
    return [edit, propose, _archiving(page)] if admin else [propose]


def _archiving(page: FlowPage) -> Json:
    flow = page.flow
    if not flow.archived:
        return button(
            "Archive",
            Action.FLOW_ARCHIVE,
            _seen(flow),
            label=f"Archive: {_title(flow)}",
            confirm=(
                "Archive this flow?",
                f"No session is matched with it any more. {CHANGES_EXPIRE} You can bring it back.",
            ),
        )
    text = "Sessions are matched with it again, at the version that it has."
    if page.part_of:
        text += f" “{plain(page.part_of, CONFIRMED_TITLE_CHARACTERS)}” took it in and keeps its steps and sessions."
    return button(
        "Bring Back",
        Action.FLOW_RESTORE,
        _seen(flow),
        label=f"Bring back: {_title(flow)}",
        confirm=("Bring this flow back?", text),
    )


def _seen(flow: Flow) -> str:
    return str(VersionedId(flow.id, flow.current.number))


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "list": partial(flow_list, samples.FLOWS),
    "a later page": partial(flow_list, samples.FLOWS_PAGE),
    "no flows": partial(flow_list, FlowList(words="", page=0, flows=(), use={})),
    "nothing fits": partial(flow_list, FlowList(words="<!channel>", page=0, flows=(), use={})),
    "flow, for reviewers": partial(flow_modal, samples.FLOW_PAGE, samples.PICTURE),
    "flow, for engineers": partial(flow_modal, samples.FLOW_FOR_ENGINEERS),
    "archived flow": partial(flow_modal, samples.ARCHIVED_FLOW, notice="This flow is archived."),
    "file": partial(file_message, "VPN drops, version 2", "vpn-drops-3-v2.json"),
}

"""A session in its thread: how it began, what is asked, what was answered, how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from bot.domain.guidance import Check, CheckSource
from bot.domain.merging import label_of
from bot.domain.proposals import MessageRef
from bot.domain.sessions import (
    AnalysisOutcome,
    ConfidenceTier,
    FlowPlace,
    Session,
    SessionStatus,
    Step,
    StepKind,
)
from bot.domain.spending import TROUBLE_IN_WORDS
from bot.domain.threads import Learnt, MySessions, SessionThread
from bot.domain.trees import Node, NodeKind
from bot.domain.troubleshooting import Flag, Troubleshooting
from bot.domain.words import counted
from bot.slack.ids import (
    ANSWER_ACTIONS,
    CHECK_ACTIONS,
    COMMAND,
    Action,
    FlowStep,
    SessionTurn,
    SessionVerb,
    VersionedId,
    place_of,
)
from bot.slack.mrkdwn import bold, escape, inline, link, mention, plain
from bot.slack.views import samples_sessions as samples
from bot.slack.views.blocks import Json, actions, button, context, menu, message, section, sections
from bot.slack.views.phrases import trust_words
from bot.slack.views.scripts import generate_button
from bot.slack.views.step_scripts import heard_script, step_script

PROBLEM_CHARACTERS = 600
STEP_CHARACTERS = 1200
RECORD_CHARACTERS = 300
ANSWER_CHARACTERS = 200
TITLE_CHARACTERS = 120
LISTED_CHARACTERS = 80
BRIEFING_STEPS = 30
NAMED = 3
STATUS_WORDS = {
    SessionStatus.ACTIVE: "open",
    SessionStatus.PAUSED: "paused",
    SessionStatus.REQUESTING_ESCALATION: "waits for somebody to take over",
    SessionStatus.RESOLVED: "resolved",
    SessionStatus.ESCALATED: "handed over",
    SessionStatus.ABANDONED: "given up",
}
KEEP_THE_FIX = "When it is solved, keep what fixed it for the next person."
SET_ASIDE = "Set aside. What is asked now stands further down."


def opening(thread: SessionThread) -> Json:
    """The thread's first words: who started it, the problem, and what fits. How it ended, once it has."""
    live = thread.live
    session = live.session
    ticket = f" (ticket {inline(session.ticket)})" if session.ticket else ""
    problem = escape(plain(session.problem, PROBLEM_CHARACTERS))
    started = f"{inline(thread.name_of(session.engineer))} started: {problem}{ticket}"
    match = _match(thread)
    parts = [
        section(f"*{inline(thread.name_of(session.engineer))} started:* {problem}{ticket}"),
        section(match),
    ]
    if not live.is_open:
        parts.append(context(_end(thread)))
    ended = "" if live.is_open else f" {_end(thread)}"
    return message(f"{started}. {match}{ended}", parts)


def step_message(thread: SessionThread) -> Json:
    """What is asked now, with its answers; in their stead what the session waits for, or how it ended."""
    match thread.live.status:
        case SessionStatus.ACTIVE:
            return _asking(thread)
        case SessionStatus.PAUSED:
            return _paused(thread)
        case SessionStatus.REQUESTING_ESCALATION:
            return _waiting(thread)
    ended = _end(thread)
    if capture := _capture(thread.live):
        ended = f"{ended} {KEEP_THE_FIX}"
    return message(ended, [section(ended), *capture])


def record_message(step: Step, number: int, thread: SessionThread) -> Json:
    """An answered step, on one line."""
    line = record_line(step, number, thread)
    return message(line, [context(line)])


def record_line(step: Step, number: int, thread: SessionThread) -> str:
    """For example "Step 2. Is split tunnelling on?  No · Ben Okafor 09:18"."""
    label = label_of(step)
    answer = bold(plain(label, ANSWER_CHARACTERS)) if label else "_skipped_"
    asked = escape(plain(step.prompt, RECORD_CHARACTERS))
    when = f" {_time(step.at)}" if step.at else ""
    return f"Step {number}. {asked}  {answer} · {inline(thread.name_of(step.by))}{when}"


def set_aside_message() -> Json:
    """In the place of what was asked and is no longer."""
    return message(SET_ASIDE, [context(f"_{SET_ASIDE}_")])


def flag_message(flag: Flag, thread: SessionThread) -> Json:
    note = escape(plain(flag.note, STEP_CHARACTERS))
    line = f"{inline(thread.name_of(flag.by))} flagged step {flag.step} for the reviewers: {note}"
    return message(line, [context(line)])


def review_flag_message(flag: Flag, thread: SessionThread, thread_link: str | None) -> Json:
    """The same for the reviewers, with the way to the step and to its flow."""
    asked = escape(plain(flag.asked, RECORD_CHARACTERS))
    note = escape(plain(flag.note, STEP_CHARACTERS))
    line = f"{inline(thread.name_of(flag.by))} flagged a step, “{asked}”: {note}"
    where = [context(link(thread_link, "Open the thread"))] if thread_link else []
    mending = [actions(_mending(flag.asked, flag.place))] if flag.place else []
    return message(line, [section(line), *where, *mending])


def _mending(asked: str, place: FlowPlace) -> list[Json]:
    """What a reviewer does about a step that is flagged."""
    seen = VersionedId(place.flow_id, place.version)
    step = str(FlowStep(seen, place.node))
    return [
        button("Edit Step", Action.FLOW_EDIT_STEP, step, label=f"Edit the step: {asked}"),
        button("View Flow", Action.FLOW_VIEW, str(seen)),
    ]


def silence_message(thread: SessionThread) -> Json:
    """Asks whether anybody goes on."""
    question = f"{mention(thread.live.session.engineer or '')} Are you still working on this?"
    value = _value(thread.live)
    buttons = [
        button("Go On", Action.SESSION_SHOW, value, primary=True),
        button("Resolved", Action.SESSION_RESOLVE, value),
        _give_up(value),
    ]
    return message(question, [section(question), actions(buttons)])


def outcome_message(thread: SessionThread, card_link: str | None) -> Json:
    """What the team learnt from a resolved session."""
    words = outcome_words(thread.learnt, card_link) if thread.learnt else "Nothing is learnt from this yet."
    return message(words, [context(words)])


def briefing_message(thread: SessionThread, thread_link: str | None) -> Json:
    """What somebody has to know who takes over. Once that is settled, what became of it."""
    live = thread.live
    session = live.session
    asker = inline(thread.name_of(live.escalated_by))
    ticket = f" (ticket {inline(session.ticket)})" if session.ticket else ""
    problem = escape(plain(session.problem, PROBLEM_CHARACTERS))
    head = f"{asker} asks for help: {problem}{ticket}"
    reason = escape(plain(live.escalation_reason or "", STEP_CHARACTERS))
    parts = [
        section(f"*{asker} asks for help:* {problem}{ticket}"),
        section(f"*Why*\n{reason}"),
        *_findings(thread),
        *([section(f"*Next*\n{_next(thread.node)}")] if thread.node else []),
        *([context(link(thread_link, "Open the thread"))] if thread_link else []),
    ]
    if live.status is SessionStatus.REQUESTING_ESCALATION:
        take = button("Take Over", Action.SESSION_TAKE_OVER, _value(live), primary=True)
        return message(f"{head}. Why: {reason}", [*parts, actions([take])])
    settled = f"{asker} goes on without help."
    if live.status is SessionStatus.ESCALATED:
        settled = f"{inline(thread.name_of(live.taken_by))} took over. {KEEP_THE_FIX}"
    elif not live.is_open:
        settled = _end(thread)
    return message(f"{head}. {settled}", [*parts, context(settled), *_capture(live)])


def unreachable_message(words: str) -> Json:
    """Nobody can be asked where help was asked for; `words` say why, in plain text."""
    told = f"{escape(words)} Press Carry On, and ask somebody else."
    return message(told, [section(told)])


def sessions_message(mine: MySessions, links: Mapping[int, str]) -> Json:
    """The sessions of the person who asks, each with the way to its thread; imported ones have none."""
    if not mine.open and not mine.ended:
        return message(f"You have no sessions in Slack yet. `{COMMAND} start` and what is wrong begins one.")
    number = counted(len(mine.open), "open session") if mine.open else "no open session"
    head = f"You have {number} in Slack."
    return message(f"{head}{_heard(mine)}", [section(f"*{head}*"), *session_rows(mine, links)])


def _heard(mine: MySessions) -> str:
    """The open sessions, for those who hear the message."""
    named = [
        f"{escape(plain(live.session.problem, LISTED_CHARACTERS))}, step {live.step_number}"
        for live in mine.open
    ]
    more = len(named) - NAMED
    rest = [f"{more} more"] if more > 0 else []
    return f" {'; '.join([*named[:NAMED], *rest])}." if named else ""


def session_rows(mine: MySessions, links: Mapping[int, str]) -> Iterator[Json]:
    """One section a session: the open ones first, with a button that asks their step anew."""
    for live in mine.open:
        again = button(
            "Show Step",
            Action.SESSION_SHOW,
            _value(live),
            label=f"Show the step: {live.session.problem}",
        )
        state = f"step {live.step_number} · {STATUS_WORDS[live.status]}"
        yield section(f"{_listed(live.session, links)}\n{state}", again)
    for live in mine.ended:
        yield section(f"{_listed(live.session, links)}\n{STATUS_WORDS[live.status]}")


def start_button() -> Json:
    """For wherever people may want to start a session."""
    return button("Start Session", Action.SESSION_START, "start")


def _asking(thread: SessionThread) -> Json:
    live, node = thread.live, thread.node
    head = f"*Step {live.step_number}.*"
    if node is None:
        words = "What did you check, and what did you find?"
        fits = f" {_fits(thread.offered.title)}" if thread.offered else ""
        return message(
            f"Step {live.step_number}. {words}{fits}", [section(f"{head} {words}"), *_discovery(thread)]
        )
    check = live.guidance.asked if live.node is None else None
    text = escape(plain(node.text, STEP_CHARACTERS))
    asked = {NodeKind.RESOLUTION: f"Fix: {text}", NodeKind.ESCALATION: f"Hand over: {text}"}.get(
        node.kind, text
    )
    expected = f"\n_Expected:_ {escape(plain(node.expected, STEP_CHARACTERS))}" if node.expected else ""
    return message(
        f"Step {live.step_number}. {asked}{heard_script(thread.script)}{_heard_answers(node)}",
        [
            section(f"{head} {asked}{expected}"),
            *([step_script(thread.script, SessionTurn(live.session.id, live.turn))] if thread.script else []),
            *([context(_proposer(check))] if check else []),
            *([_offer(thread)] if thread.offered else []),
            *_answers(live, node, has_script=thread.script is not None and thread.script.key is not None),
        ],
    )


def _proposer(check: Check) -> str:
    """Who proposes the step, so that nobody takes it for a reviewed flow."""
    match check.source:
        case CheckSource.SESSIONS:
            return f"{check.hits} of {counted(check.of, 'similar session')} checked this."
        case CheckSource.MODEL:
            return "Proposed by Claude from what was found so far. No reviewer has seen it: think before you act."
    return "Asked anew."


def _heard_answers(node: Node) -> str:
    """What one can answer, for those who hear the question."""
    labels = [escape(plain(option.label, ANSWER_CHARACTERS)) for option in node.options]
    return f" Answers: {', '.join(labels)}." if labels else ""


def _answers(live: Troubleshooting, node: Node, *, has_script: bool) -> Iterator[Json]:
    """The answers, and what else can be done. With `has_script` a button of the step itself generates that one."""
    value = _value(live)
    resolved = button("Resolved", Action.SESSION_RESOLVE, value, primary=node.kind is NodeKind.RESOLUTION)
    escalate = button("Escalate", Action.SESSION_ESCALATE, value, primary=node.kind is NodeKind.ESCALATION)
    otherwise = button("Something Else", Action.SESSION_ELSE, value)
    log = [button("Log Step", Action.SESSION_LOG, value)] if live.node is None else []
    if node.kind is NodeKind.RESOLUTION:
        no_help = button("It Did Not Help", Action.SESSION_NO_HELP, value)
        yield actions([resolved, no_help, *log, escalate, _more(live, node)])
        return
    if node.options:
        yield actions(
            [
                button(option.label, action, value)
                for option, action in zip(node.options, ANSWER_ACTIONS, strict=False)
            ]
        )
    script = generate_button(live.session.id, "Another Script" if has_script else "Generate Script")
    yield actions([otherwise, *log, resolved, escalate, script, _more(live, node)])


def _offer(thread: SessionThread) -> Json:
    follow = button("Follow It", Action.SESSION_FOLLOW, _value(thread.live))
    return section(_fits(thread.offered.title if thread.offered else ""), follow)


def _discovery(thread: SessionThread) -> Iterator[Json]:
    live = thread.live
    value = _value(live)
    if thread.offered:
        yield _offer(thread)
    yield from _guidance(live)
    yield actions(
        [
            button("Log Step", Action.SESSION_LOG, value, primary=True),
            button("Resolved", Action.SESSION_RESOLVE, value),
            button("Escalate", Action.SESSION_ESCALATE, value),
            generate_button(live.session.id),
            _more(live, None),
        ]
    )


def _guidance(live: Troubleshooting) -> Iterator[Json]:
    """That a model is thinking; else what others checked, and why the model has nothing to say."""
    guidance = live.guidance
    if guidance.is_waiting:
        yield context("_Claude is thinking about the next step. You need not wait for it._")
        return
    if guidance.trouble is not None:
        yield context(f"Claude proposes nothing here: {TROUBLE_IN_WORDS[guidance.trouble]}.")
    if guidance.suggested:
        yield section("*Others with a problem like this checked*")
    for check, action in zip(guidance.suggested, CHECK_ACTIONS, strict=False):
        text = plain(check.node.text, RECORD_CHARACTERS)
        yield section(
            f"{escape(text)}  ({check.hits} of {check.of})",
            button("Check This", action, _value(live), label=f"Check this: {text}"),
        )


def _fits(title: str) -> str:
    return f"{bold(plain(title, TITLE_CHARACTERS))} may fit what you found."


def _more(live: Troubleshooting, node: Node | None) -> Json:
    """What makes sense at this step, of help, skip, back, flag and pause."""
    words = {
        **({SessionVerb.HELP: "Help"} if node and node.help else {}),
        **({SessionVerb.SKIP: "Skip"} if node and node.options else {}),
        **({SessionVerb.BACK: "Back"} if live.session.steps else {}),
        SessionVerb.FLAG: "Flag This Step",
        SessionVerb.PAUSE: "Pause",
    }
    return menu(Action.SESSION_MORE, {f"{verb}:{_value(live)}": shown for verb, shown in words.items()})


def _paused(thread: SessionThread) -> Json:
    live = thread.live
    words = f"Paused. Step {live.step_number} waits; the time does not count."
    buttons = [button("Resume", Action.SESSION_RESUME, _value(live), primary=True), _give_up(_value(live))]
    return message(words, [section(words), actions(buttons)])


def _waiting(thread: SessionThread) -> Json:
    live = thread.live
    words = f"{inline(thread.name_of(live.escalated_by))} asked {_target(thread)} to take over."
    buttons = [
        button("Carry On", Action.SESSION_RESUME, _value(live)),
        button("Resolved", Action.SESSION_RESOLVE, _value(live)),
    ]
    return message(words, [section(words), actions(buttons)])


def _capture(live: Troubleshooting) -> list[Json]:
    """For what fixes a session that somebody took over: it goes on without us, and has ended here."""
    session = live.session
    if live.status is not SessionStatus.ESCALATED or not session.channel or not session.thread_ts:
        return []
    at = place_of(MessageRef(session.channel, session.thread_ts))
    return [actions([button("Capture Resolution", Action.SESSION_CAPTURE, at, primary=True)])]


def _give_up(value: str) -> Json:
    confirm = ("Give this session up?", "It ends without a resolution, and nothing is learnt from it.")
    return button("Give Up", Action.SESSION_ABANDON, value, confirm=confirm)


def _target(thread: SessionThread) -> str:
    target = thread.live.escalated_to or ""
    if target.startswith(("U", "W")):
        return inline(thread.name_of(target)) if target in thread.names else mention(target)
    return f"<#{inline(target)}>"


def _match(thread: SessionThread) -> str:
    flow = bold(plain(thread.flow.title, TITLE_CHARACTERS)) if thread.flow else ""
    match thread.live.session.confidence_tier:
        case ConfidenceTier.GUIDED if flow:
            return f"Guided by {flow}: {_record(thread)}. {trust_words(thread.use.trust)}"
        case ConfidenceTier.EXPLORING if flow:
            record = f"{_record(thread)}. {trust_words(thread.use.trust)}"
            return f"{flow} may fit: {record} We follow it as long as it does."
    if flow:
        return f"No flow fitted at first; then {flow} was followed."
    return "No flow fits yet. Log what you check and what you find, and the next person has one."


def _record(thread: SessionThread) -> str:
    use = thread.use
    if use.ended:
        return f"{use.resolved} of {counted(use.ended, 'session')} that followed it {'was' if use.ended == 1 else 'were'} resolved"
    return f"learnt from {counted(use.behind, 'session')}" if use.behind else "not tried yet"


def _end(thread: SessionThread) -> str:
    live = thread.live
    steps = counted(len(live.session.steps), "step")
    match live.status:
        case SessionStatus.RESOLVED:
            fix = escape(plain(live.session.resolution or "", STEP_CHARACTERS))
            return f"Resolved by {inline(thread.name_of(live.ended_by))} after {steps}: {fix}"
        case SessionStatus.ESCALATED:
            return f"{inline(thread.name_of(live.taken_by))} took over after {steps}."
    if live.ended_by is None:
        return f"Given up after {steps}: nobody went on."
    return f"{inline(thread.name_of(live.ended_by))} gave up after {steps}."


def outcome_words(learnt: Learnt, card_link: str | None) -> str:
    """What became of a resolved session, with the way to the proposal's card."""
    title = bold(plain(learnt.title or "", TITLE_CHARACTERS))
    proposal = f"{title} ({link(card_link, 'open')})" if card_link else title
    match learnt.outcome:
        case AnalysisOutcome.PROPOSED:
            return f"This became a proposal for a new flow: {proposal}. Reviewers decide on it."
        case AnalysisOutcome.ENHANCED:
            return f"This became a proposal to change a flow: {proposal}. Reviewers decide on it."
        case AnalysisOutcome.JOINED:
            return f"This supports the proposal {proposal}."
        case AnalysisOutcome.REINFORCED:
            return f"This followed {title} to its fix and counts for it."
    because = f" {escape(plain(learnt.reason, STEP_CHARACTERS))}" if learnt.reason else ""
    return f"Nothing new was learnt from this session.{because}"


def _findings(thread: SessionThread) -> Iterator[Json]:
    """What was found out and what was tried."""
    numbered = list(enumerate(thread.live.session.steps, 1))[-BRIEFING_STEPS:]
    questions = [_finding(step, number) for number, step in numbered if step.kind is StepKind.QUESTION]
    tried = [_finding(step, number) for number, step in numbered if step.kind is StepKind.ACTION]
    if questions:
        yield from sections("Known", questions)
    if tried:
        yield from sections("Tried", tried)


def _finding(step: Step, number: int) -> str:
    label = label_of(step)
    answer = bold(plain(label, ANSWER_CHARACTERS)) if label else "_skipped_"
    return f"{number}. {escape(plain(step.prompt, RECORD_CHARACTERS))}  {answer}"


def _next(node: Node) -> str:
    """What the flow would do now."""
    words = {NodeKind.RESOLUTION: "Fix: ", NodeKind.ESCALATION: "Hand over: "}.get(node.kind, "")
    return words + escape(plain(node.text, STEP_CHARACTERS))


def _listed(session: Session, links: Mapping[int, str]) -> str:
    words = plain(session.problem, LISTED_CHARACTERS)
    url = links.get(session.id)
    return link(url, words) if url else inline(words)


def _value(live: Troubleshooting) -> str:
    return str(SessionTurn(live.session.id, live.turn))


def _time(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


EXAMPLES: Mapping[str, Callable[[], Json]] = {
    "opening, guided": partial(opening, samples.GUIDED),
    "opening, doubted": partial(opening, samples.DOUBTED_FLOW),
    "opening, exploring": partial(opening, samples.EXPLORING),
    "opening, discovery": partial(opening, samples.DISCOVERY),
    "opening, resolved": partial(opening, samples.RESOLVED),
    "question": partial(step_message, samples.GUIDED),
    "step with a template": partial(step_message, samples.WITH_TEMPLATE),
    "step with a withdrawn template": partial(step_message, samples.WITHDRAWN_TEMPLATE),
    "step with an unknown template": partial(step_message, samples.UNKNOWN_TEMPLATE),
    "step with statements": partial(step_message, samples.WITH_STATEMENTS),
    "ten answers": partial(step_message, samples.TEN_ANSWERS),
    "fix": partial(step_message, samples.FIX),
    "hand over": partial(step_message, samples.HAND_OVER),
    "discovery": partial(step_message, samples.DISCOVERY),
    "checks of similar sessions": partial(step_message, samples.SUGGESTED),
    "a check is taken up": partial(step_message, samples.TAKEN_UP),
    "the model thinks": partial(step_message, samples.THINKING),
    "the model has nothing": partial(step_message, samples.NO_PROPOSAL),
    "the model asks": partial(step_message, samples.PROPOSED),
    "the model knows a fix": partial(step_message, samples.PROPOSED_FIX),
    "another flow fits": partial(step_message, samples.OFFERED),
    "paused": partial(step_message, samples.PAUSED),
    "waiting": partial(step_message, samples.WAITING),
    "resolved": partial(step_message, samples.RESOLVED),
    "taken over": partial(step_message, samples.TAKEN),
    "given up": partial(step_message, samples.GIVEN_UP),
    "record": partial(record_message, samples.STEP, 2, samples.GUIDED),
    "skipped": partial(record_message, samples.SKIPPED, 3, samples.GUIDED),
    "set aside": set_aside_message,
    "flag": partial(flag_message, samples.FLAG, samples.GUIDED),
    "flag, for reviewers": partial(
        review_flag_message, samples.FLAG, samples.GUIDED, "https://example.com/p2"
    ),
    "silence": partial(silence_message, samples.GUIDED),
    "outcome": partial(outcome_message, samples.LEARNT, "https://example.com/p1"),
    "briefing": partial(briefing_message, samples.WAITING, "https://example.com/p2"),
    "briefing, taken": partial(briefing_message, samples.TAKEN, None),
    "nobody to ask": partial(unreachable_message, "FlowPilot cannot post there."),
    "my sessions": partial(sessions_message, samples.MINE, {2: "https://example.com/p2"}),
    "no sessions": partial(sessions_message, MySessions(), {}),
    "start": lambda: message("Start a session.", [actions([start_button()])]),
}

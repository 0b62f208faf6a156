import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidRecordError
from bot.domain.record_fields import CLOCK_ALLOWANCE, MAX_CHARACTERS, MAX_STEP_OPTIONS
from bot.domain.records import SESSION_FIELDS, STEP_FIELDS, parse_record, to_record
from bot.domain.sessions import (
    MAX_STEPS,
    ConfidenceTier,
    NewSession,
    ProblemDomain,
    SessionSource,
    SessionStatus,
    Step,
    StepKind,
)
from tests.imports.makers import NOW, a_record, a_step

DOCUMENT = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")


def parsed(**changes: object) -> NewSession:
    return parse_record(a_record(**changes), source=SessionSource.IMPORT, now=NOW)


def refused(**changes: object) -> InvalidRecordError:
    with pytest.raises(InvalidRecordError) as caught:
        parsed(**changes)
    return caught.value


def test_every_field_is_read() -> None:
    assert parsed(paused_minutes=1.5) == NewSession(
        external_id="T-1042",
        source=SessionSource.IMPORT,
        problem="VPN drops every ten minutes",
        problem_domain=ProblemDomain.NETWORKING,
        status=SessionStatus.RESOLVED,
        engineer="U024BE7LH",
        ticket="1042",
        rating=4,
        confidence_tier=ConfidenceTier.DISCOVERY,
        created_at=datetime(2026, 11, 2, 9, 14, tzinfo=UTC),
        resolved_at=datetime(2026, 11, 2, 9, 51, tzinfo=UTC),
        paused=timedelta(seconds=90),
        steps=(
            Step(
                kind=StepKind.QUESTION,
                prompt="Is split tunnelling on?",
                options=("Yes", "No"),
                choice="No",
                answer_text="no, full tunnel",
                help="Network settings, VPN, Advanced",
                at=datetime(2026, 11, 2, 9, 18, tzinfo=UTC),
            ),
        ),
        resolution="Lowered the MTU to 1350 on the gateway profile.",
    )


def test_four_fields_are_enough() -> None:
    record = {"external_id": "1", "problem": "p", "status": "active", "created_at": "2026-11-02T09:14:00Z"}
    session = parse_record(record, source=SessionSource.API, now=NOW)
    assert (session.source, session.steps, session.resolved_at) == (SessionSource.API, (), None)


@pytest.mark.parametrize("field", ["external_id", "problem", "status", "created_at"])
def test_required_field_is_asked_for(field: str) -> None:
    assert str(refused(**{field: None})) == f"{field}: is missing or empty; every record needs one"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("external_id", 1042, 'must be text in quotes, such as "1042", not 1042'),
        ("problem", "  ", "is missing or empty; every record needs one"),
        ("problem", "x" * 4001, "has 4001 characters; 4000 is the most"),
        ("problem", "a\0b", "holds something that is not text: NUL, or bytes in another encoding"),
        ("problem", "a\ud800b", "holds something that is not text: NUL, or bytes in another encoding"),
        ("confidence_tier", "sure", "must be one of guided, exploring, discovery, not 'sure'"),
        ("confidence_tier", ["guided"], "must be one of guided, exploring, discovery, not ['guided']"),
        ("problem_domain", 3, "must be text, not 3"),
        ("rating", 6, "must be a whole number from 1 to 5, not 6"),
        ("rating", 0, "must be a whole number from 1 to 5, not 0"),
        ("rating", 4.0, "must be a whole number from 1 to 5, not 4.0"),
        ("rating", True, "must be a whole number from 1 to 5, not True"),
        ("paused_minutes", "5", "must be a number, not '5'"),
        ("paused_minutes", -1, "must lie between 0 and the 37 minutes that the session took, not -1"),
        ("paused_minutes", 38, "must lie between 0 and the 37 minutes that the session took, not 38"),
        ("paused_minutes", float("nan"), "must lie between 0 and the 37 minutes that the session took, not nan"),
        ("created_at", "2026-11-02T09:14:00", "'2026-11-02T09:14:00' has no time zone; add an offset, such as +01:00"),
        ("created_at", 1762074840, 'must be a time such as "2026-11-02T09:14:00+01:00", not 1762074840'),
        ("created_at", "yesterday", "must be a time such as \"2026-11-02T09:14:00+01:00\", not 'yesterday'"),
        ("created_at", "0001-01-01T00:00:00+10:00", "'0001-01-01T00:00:00+10:00' lies before 1990: an unset clock, not a time"),
        ("resolved_at", "9999-12-31T23:59:59-10:00", "'9999-12-31T23:59:59-10:00' lies in the future; look at its time zone"),
        ("resolved_at", "2026-11-02T09:13:59Z", "must not lie before created_at (2026-11-02T09:14:00+00:00)"),
        ("people", "Ada Reyes", "must be a list, not 'Ada Reyes'"),
        ("people", ["Ada Reyes"] * 21, "has 21 entries; 20 is the most"),
        ("steps", {"1": "a"}, "must be a list, not {'1': 'a'}"),
        ("steps", [a_step()] * (MAX_STEPS + 1), "has 31 entries; 30 is the most"),
    ],
)  # fmt: skip
def test_wrong_value_is_refused_with_the_reason(field: str, value: object, reason: str) -> None:
    error = refused(**{field: value})
    assert (error.field, error.reason) == (field, reason)


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        (["Ada", 7], ("people[1]", 'must be text in quotes, such as "1042", not 7')),
        ([{"name": "x" * 101}], ("people[0].name", "has 101 characters; 100 is the most")),
    ],
)
def test_wrong_person_is_refused_with_the_place(people: list[object], reason: tuple[str, str]) -> None:
    error = refused(people=people)
    assert (error.field, error.reason) == reason


def test_people_are_names_or_objects_with_one() -> None:
    people = [
        {"name": "Ada Reyes", "role": "requester"},
        " Ben Okafor ",
        {"role": "contact"},
        "",
        "Ada Reyes",
    ]
    assert parsed(people=people).people == ("Ada Reyes", "Ben Okafor")


@pytest.mark.parametrize(
    ("engineer", "named"),
    [
        ("Ben Okafor", ("Ada Reyes", "Ben Okafor")),
        ("servicenow:Ben Okafor", ("Ada Reyes", "Ben Okafor")),
        ("U024BE7LH", ("Ada Reyes",)),
        ("desk_2 night", ("Ada Reyes",)),
        (None, ("Ada Reyes",)),
    ],
)
def test_engineer_with_a_full_name_is_one_of_the_people(engineer: str | None, named: tuple[str, ...]) -> None:
    assert parsed(people=["Ada Reyes"], engineer=engineer).people_named == named


def test_wrong_status_names_the_allowed_ones() -> None:
    allowed = "active, paused, resolved, requesting_escalation, escalated, abandoned"
    assert str(refused(status="done")) == f"status: must be one of {allowed}, not 'done'"


@pytest.mark.parametrize(
    ("field", "step", "reason"),
    [
        ("prompt", a_step(prompt=None), "is missing or empty; every record needs one"),
        ("kind", a_step(kind="riddle"), "must be one of question, action, not 'riddle'"),
        ("choice", a_step(choice="Maybe"), "'Maybe' is none of the options; typed answers go into answer_text"),
        ("options[1]", a_step(options=["Yes", " "]), "is empty; give it words or leave it out"),
        ("options", a_step(options=["o"] * (MAX_STEP_OPTIONS + 1)), "has 26 entries; 25 is the most"),
        ("at", a_step(at="2027-01-01T00:00:00Z"), "'2027-01-01T00:00:00Z' lies in the future; look at its time zone"),
        ("answer", a_step(answer="no"), 'is not a field; did you mean answer_text? Fields of your own begin with "x_".'),
    ],
)  # fmt: skip
def test_wrong_step_is_refused_with_its_place(field: str, step: object, reason: str) -> None:
    error = refused(steps=[a_step(), a_step(), step])
    assert (error.field, error.reason) == (f"steps[2].{field}", reason)


def test_step_that_is_no_object_is_refused() -> None:
    assert str(refused(steps=["reboot"])) == "steps[0]: must be an object, not 'reboot'"


def test_misspelt_field_is_refused_with_the_right_one() -> None:
    error = refused(problem_domian="email")
    assert error.field == "problem_domian"
    assert error.reason.startswith("is not a field; did you mean problem_domain?")


def test_unknown_field_is_refused_with_all_known_ones() -> None:
    assert f"the fields are {', '.join(SESSION_FIELDS)}." in refused(zzz=1).reason


def test_fields_of_ones_own_are_ignored() -> None:
    assert parsed(x_priority=3, steps=[a_step(x_seen=True)]) == parsed()


@pytest.mark.parametrize("domain", ["vehicle", "other", "Kitchen"])
def test_domain_outside_the_list_is_other(domain: str) -> None:
    assert parsed(problem_domain=domain).problem_domain is ProblemDomain.OTHER


@pytest.mark.parametrize("domain", ["Active Directory", "active-directory", " ACTIVE_DIRECTORY "])
def test_domain_is_known_however_it_is_written(domain: str) -> None:
    assert parsed(problem_domain=domain).problem_domain is ProblemDomain.ACTIVE_DIRECTORY


@pytest.mark.parametrize("domain", ["unknown", "", None])
def test_domain_may_be_unknown(domain: str | None) -> None:
    assert parsed(problem_domain=domain).problem_domain is None


def test_clock_that_runs_ahead_a_little_is_forgiven() -> None:
    latest = NOW + CLOCK_ALLOWANCE
    assert parsed(created_at=latest.isoformat(), resolved_at=None).created_at == latest
    too_late = (latest + timedelta(seconds=1)).isoformat()
    assert refused(created_at=too_late, resolved_at=None).field == "created_at"


def test_open_session_cannot_have_paused_for_longer_than_it_is_old() -> None:
    created_at = (NOW - timedelta(hours=1)).isoformat()
    assert parsed(created_at=created_at, resolved_at=None, steps=[], paused_minutes=60).paused == timedelta(
        hours=1
    )
    assert (
        refused(created_at=created_at, resolved_at=None, steps=[], paused_minutes=1e300).field
        == "paused_minutes"
    )


def test_choice_without_options_is_taken() -> None:
    (step,) = parsed(steps=[a_step(options=None, choice="Rebooted")]).steps
    assert (step.options, step.choice) == ((), "Rebooted")


def test_example_of_the_document_is_a_record() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    assert parse_record(json.loads(example), source=SessionSource.IMPORT, now=NOW) == parsed()


def test_document_tells_every_field_and_limit() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|[^|]*\| (.*) \|$", DOCUMENT, re.MULTILINE))
    assert set(rows) == {*SESSION_FIELDS, *STEP_FIELDS}
    assert [name for name, limit in MAX_CHARACTERS.items() if f"at most {limit} char" not in rows[name]] == []


texts = st.text("a Ä1-\n…😀", min_size=1, max_size=20).map(str.strip).filter(bool)
zones = st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))])
moments = st.datetimes(datetime(2020, 1, 1), datetime(2025, 1, 1), timezones=zones)  # noqa: DTZ001  (given by zones)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    options = tuple(draw(st.lists(texts, max_size=4)))
    return Step(
        kind=draw(st.sampled_from(StepKind)),
        prompt=draw(texts),
        options=options,
        choice=draw(st.none() | (st.sampled_from(options) if options else texts)),
        answer_text=draw(st.none() | texts),
        help=draw(st.none() | texts),
        at=draw(st.none() | moments),
    )


@st.composite
def new_sessions(draw: st.DrawFn) -> NewSession:
    created_at = draw(moments).astimezone(UTC)
    took = draw(st.timedeltas(timedelta(0), timedelta(days=400)))
    return NewSession(
        external_id=draw(texts),
        source=draw(st.sampled_from(SessionSource)),
        problem=draw(texts),
        status=draw(st.sampled_from(SessionStatus)),
        created_at=created_at,
        problem_domain=draw(st.none() | st.sampled_from(ProblemDomain)),
        engineer=draw(st.none() | texts),
        people=tuple(draw(st.lists(texts, max_size=3, unique=True))),
        ticket=draw(st.none() | texts),
        rating=draw(st.none() | st.integers(1, 5)),
        confidence_tier=draw(st.none() | st.sampled_from(ConfidenceTier)),
        resolved_at=created_at + took,
        paused=draw(st.timedeltas(timedelta(0), took)),
        steps=tuple(draw(st.lists(steps(), max_size=4))),
        resolution=draw(st.none() | texts),
    )


@given(session=new_sessions())
def test_session_written_and_read_again_is_the_same(session: NewSession) -> None:
    record = json.loads(json.dumps(to_record(session)))
    assert parse_record(record, source=session.source, now=NOW) == session


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("a \0\ud8001:T-", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(STEP_FIELDS), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(changes=st.dictionaries(st.sampled_from(SESSION_FIELDS), json_values))
def test_whatever_a_record_holds_it_is_taken_or_refused(changes: dict[str, object]) -> None:
    try:
        session = parsed(**changes)
    except InvalidRecordError as error:
        str(error).encode()
    else:
        json.dumps(to_record(session), allow_nan=False).encode()

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.api.cursors import MAX_ID, cursor_after, id_in
from bot.web.errors import RefusedError


@given(st.integers(1, MAX_ID))
def test_a_cursor_says_where_to_go_on(last_id: int) -> None:
    assert id_in(cursor_after(last_id)) == last_id


def written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "1",
        "after:1",
        "é",
        "\0",
        "=" * 100,
        written("after:0").rstrip("="),
        written("after:-1").rstrip("="),
        written("after:01").rstrip("="),
        written("after:1"),  # with padding: not as we write it
        written("after:1 OR 1=1").rstrip("="),
        written(f"after:{MAX_ID + 1}").rstrip("="),
        written("after:\u0661").rstrip("="),
        cursor_after(7) + "A",
    ],
)
def test_what_is_no_cursor_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(RefusedError) as refused:
        id_in(cursor)
    assert refused.value.status == 422


@given(st.text(max_size=40) | st.binary(max_size=30).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_no_text_breaks_it(cursor: str) -> None:
    with suppress(RefusedError):
        assert cursor_after(id_in(cursor)) == cursor

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts.glyphs import drawable, fitted, width_of, wrapped


def test_what_the_font_lacks_becomes_a_box() -> None:
    assert drawable("Drucker 打印\u200d\ud800 é\x07") == "Drucker □□□ é"


def test_text_is_put_on_one_line() -> None:
    assert drawable("  one\n\ttwo  ") == "one two"


def test_lines_hold_all_the_words_when_there_is_room() -> None:
    lines = wrapped("Lowered the MTU to 1350 on the gateway profile.", 20, 160, 9)
    assert " ".join(lines) == "Lowered the MTU to 1350 on the gateway profile."
    assert len(lines) > 2


def test_what_is_left_over_ends_in_an_ellipsis() -> None:
    assert wrapped("one two three four", 20, 105, 1) == ("one two…",)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.integers(40, 300), st.integers(1, 5))
def test_no_line_is_wider_than_allowed(text: str, width: int, most: int) -> None:
    lines = wrapped(text, 20, width, most)
    assert len(lines) <= most
    assert all(width_of(line, 20) <= width for line in lines)
    assert width_of(fitted(text, 20, width), 20) <= width

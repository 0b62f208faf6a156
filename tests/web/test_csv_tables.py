import csv
import io

import pytest

from bot.web.api.csv_tables import csv_of


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(start: str) -> None:
    evil = start + 'HYPERLINK("http://evil.example","click")'
    (cell,) = list(csv.reader(io.StringIO(csv_of(["domain"], [{"domain": evil}]), newline="")))[1]
    assert cell == "'" + evil


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    rows = [{"domain": 'a,"b"', "rate": -0.5, "n": None}]
    assert csv_of(["domain", "rate", "n"], rows) == 'domain,rate,n\r\n"a,""b""",-0.5,\r\n'


def test_a_table_without_rows_has_its_header() -> None:
    assert csv_of(["domain", "total"], []) == "domain,total\r\n"

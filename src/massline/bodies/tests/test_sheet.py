"""A sheet of bodies is read as operators have it, and every slip is told by row, column and value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massline.bodies.rules import Level
from massline.bodies.sheet import COLUMNS, HEADINGS, MOST_ROWS, Fault, SheetUnreadable, decode, read_sheet

HEAD = "code,name,level,under,promise_days\n"


@pytest.mark.parametrize(
    ("row", "column", "value", "fault"),
    [
        (",东河镇,township,,", "code", "", Fault.EMPTY),
        ("1,,township,,", "name", "", Fault.EMPTY),
        ("1,东河镇,,,", "level", "", Fault.EMPTY),
        ("1,东河镇,townshipp,,", "level", "townshipp", Fault.NO_LEVEL),
        ("there,东河镇,township,,", "code", "there", Fault.TAKEN),
        ("1,东河镇,township,999,", "under", "999", Fault.NOT_ABOVE),
        ("1,东河镇,township,1,", "under", "1", Fault.NOT_ABOVE),
        ("1,东河镇,township,,0", "promise_days", "0", Fault.NO_NUMBER),
        ("1,东河镇,township,,五", "promise_days", "五", Fault.NO_NUMBER),
        ("1,东河镇,township,,²", "promise_days", "²", Fault.NO_NUMBER),
        (f"1,东河镇,township,,{'9' * 50}", "promise_days", "9" * 50, Fault.NO_NUMBER),
        (f"{'1' * 21},东河镇,township,,", "code", "1" * 21, Fault.TOO_LONG),
        (f"1,{'东' * 201},township,,", "name", "东" * 201, Fault.TOO_LONG),
    ],
)
def test_a_cell_that_cannot_be_used_is_told_with_its_place(row, column, value, fault) -> None:
    sheet = read_sheet(f"{HEAD}0,清溪县,county,,\n{row}\n", {"there"})
    assert [(found.row, found.column, found.value, found.fault) for found in sheet.problems] == [
        (2, column, value, fault)
    ]
    assert [good.code for good in sheet.rows] == ["0"]


def test_one_slip_high_in_the_tree_is_told_once() -> None:
    sheet = read_sheet(HEAD + "1,东河镇,nothing,,\n2,柳湾村,village,1,\n3,东坪村,village,1,\n", ())
    assert len(sheet.problems) == 1


@pytest.mark.parametrize("text", ["", "\n \n", "330100;清溪县;county", "名称,级别\n清溪县,县"])
def test_a_sheet_without_its_headings_says_which_are_missing(text) -> None:
    with pytest.raises(SheetUnreadable) as refusal:
        read_sheet(text, ())
    assert "code" in refusal.value.missing


def test_a_sheet_that_is_too_long_says_how_long_it_is() -> None:
    with pytest.raises(SheetUnreadable) as refusal:
        read_sheet(HEAD + "1,a,village,,\n" * (MOST_ROWS + 1), ())
    assert refusal.value.rows == MOST_ROWS + 1


def test_a_quotation_mark_left_open_over_too_much_is_refused_and_not_guessed() -> None:
    with pytest.raises(SheetUnreadable):
        read_sheet(f'{HEAD}1,"{"东" * 200_000},township,,\n', ())


@pytest.mark.parametrize("mark", [",", "\t", ";"])
@pytest.mark.parametrize("head", ["code,name,level,under", "代码,名称,级别,上级", " Code , NAME ,Level,备注"])
def test_headings_in_both_languages_and_by_every_mark(mark, head) -> None:
    sheet = read_sheet(f"{head}\n330101,东河镇,乡镇,\n".replace(",", mark), ())
    assert [(row.code, row.name, row.level) for row in sheet.rows] == [("330101", "东河镇", Level.TOWNSHIP)]


def test_rows_of_empty_cells_that_spreadsheets_leave_are_no_rows() -> None:
    assert [row.number for row in read_sheet(f"{HEAD},,,,\n1,东河镇,township,,\n,,,,\n", ()).rows] == [1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_are_read_as_spreadsheets_save_them(encoding) -> None:
    assert decode("代码,名称".encode(encoding)) == "代码,名称"


def test_every_column_has_its_own_name_for_a_heading() -> None:
    assert {HEADINGS[name] for name in COLUMNS} == set(COLUMNS) == set(HEADINGS.values())


@settings(deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_typed_is_read_or_refused(text) -> None:
    for typed in (text, HEAD + text):
        try:
            sheet = read_sheet(typed, {"0"})
        except SheetUnreadable:
            continue
        codes = [row.code for row in sheet.rows]
        assert len(set(codes)) == len(codes)
        assert all(row.code and row.name for row in sheet.rows)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_whatever_bytes_come_are_a_text(content) -> None:
    assert isinstance(decode(content), str)

"""Reading: every row is accepted or rejected with its place, its value and its reason, whatever stands in the file."""

import csv
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.engine import delimited, encoding
from massline.engine.errors import InputError, OptionError
from massline.engine.headings import plain_heading
from massline.engine.read import BLOCK_ROWS, read
from massline.engine.rejects import REASONS, Reject, write_rejects
from massline.engine.siphash import siphash
from massline.engine.sources import ParquetFile
from massline.engine.tables import MESSAGES
from massline.engine.times import read_times

DATA = Path(__file__).parents[5] / "shared" / "data"


def read_all(*paths: Path, columns: dict[str, str] | None = None, seed: int = 0) -> tuple[pa.Table, list[Reject]]:
    """All accepted rows of the files, and all rejects; the same whether one thread reads or three."""
    rejects: list[Reject] = []
    batches = list(read(paths, columns=columns or {}, reject=rejects.append, seed=seed))
    again: list[Reject] = []
    assert list(read(paths, columns=columns or {}, reject=again.append, seed=seed, workers=2)) == batches
    assert again == rejects
    return pa.Table.from_batches(batches, MESSAGES), rejects


def a_file(folder: Path, content: str | bytes, name: str = "messages.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def texts_of(table: pa.Table) -> list[str]:
    return table.column("text").to_pylist()


def codes(rejects: Sequence[Reject]) -> list[tuple[int, str]]:
    return [(one.row, one.code) for one in rejects]


def test_an_empty_file_is_refused_with_what_to_send(tmp_path: Path) -> None:
    for content in (b"", b"\xef\xbb\xbf", b"\n \n"):
        with pytest.raises(InputError, match=r"messages\.csv is empty.*headings"):
            read_all(a_file(tmp_path, content))


def test_headings_without_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no row under them"):
        read_all(a_file(tmp_path, "编号,内容\n"))


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv cannot be read"):
        read_all(tmp_path / "nowhere.csv")


def test_a_gb18030_file_reads_like_its_utf8_twin(tmp_path: Path) -> None:
    content = "编号,留言详情,留言时间\n1,路灯坏了𠮷㐀,2026-01-31\n2,水管漏水,\n"
    plain, _ = read_all(a_file(tmp_path, content))
    other, rejects = read_all(a_file(tmp_path, content.encode("gb18030"), "gb.csv"))
    assert other.equals(plain)
    assert not rejects


@pytest.mark.parametrize("name", ["utf-16", "utf-8-sig"])
def test_a_file_with_a_byte_order_mark_reads_like_one_without(tmp_path: Path, name: str) -> None:
    table, rejects = read_all(a_file(tmp_path, "编号\t内容\n1\t路灯坏了\n".encode(name), "a.tsv"))
    assert (table.column("id").to_pylist(), texts_of(table), rejects) == (["1"], ["路灯坏了"], [])


def test_a_file_of_no_encoding_is_refused_with_the_place_of_the_byte(tmp_path: Path) -> None:
    content = b"id,text\n1," + bytes([0x80, 0xFF, 0x80, 0xFF]) * 9
    with pytest.raises(InputError, match=r"byte 11 \(0x80\).*UTF-8"):
        read_all(a_file(tmp_path, content))


@pytest.mark.parametrize("name", ["utf-8", "gb18030"])
def test_a_broken_byte_rejects_its_row_and_names_its_place(tmp_path: Path, name: str) -> None:
    rows = [f"{i},第{i}条留言说的是路灯和水管的事情\n".encode(name) for i in range(1, 40)]
    head = "编号,内容\n".encode(name)
    place = len(head) + sum(map(len, rows[:19])) + len(rows[19]) - 1
    rows[19] = rows[19][:-1] + b"\xff\n"
    table, rejects = read_all(a_file(tmp_path, head + b"".join(rows)))
    assert (len(table), codes(rejects), rejects[0].fact) == (38, [(20, "encoding")], str(place + 1))


def test_a_broken_byte_after_the_first_block_is_named_by_its_place_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "BLOCK_BYTES", 100)
    content = "编号,内容\n".encode("gb18030") + "1,水\n".encode("gb18030") * 0
    content += b"".join(f"{i},第{i}条留言\n".encode("gb18030") for i in range(100))
    place = len(content) + 3
    _, rejects = read_all(a_file(tmp_path, content + b"x,\xff\n" + "101,好\n".encode("gb18030")))
    assert [(one.row, one.fact) for one in rejects] == [(101, str(place))]


def test_a_file_without_a_text_column_is_refused_with_the_headings_seen(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Headings seen: 编号, 话\. .*--map text=话"):
        read_all(a_file(tmp_path, "编号,话\n1,好\n"))


def test_a_text_column_can_be_mapped_by_hand(tmp_path: Path) -> None:
    path = a_file(tmp_path, "编号,话\n1,好\n")
    assert texts_of(read_all(path, columns={"text": "话"})[0]) == ["好"]
    assert texts_of(read_all(path, columns={"text": "2"})[0]) == ["好"]


def test_an_unknown_name_or_heading_in_the_mapping_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path, "编号,内容\n1,好\n")
    with pytest.raises(OptionError, match="'txt'.*text"):
        read_all(path, columns={"txt": "内容"})
    with pytest.raises(OptionError, match="'正文'.*编号, 内容"):
        read_all(path, columns={"text": "正文"})


def test_files_of_different_make_are_read_together(tmp_path: Path) -> None:
    first = a_file(tmp_path, "id,words\n1,one\n", "a.csv")
    second = a_file(tmp_path, '{"编号": 2, "内容": "二"}\n', "b.jsonl")
    table, _ = read_all(first, second, columns={"text": "words"})
    assert texts_of(table) == ["one", "二"]


def test_a_cell_of_fifty_megabytes_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    content = f'id,text\n1,before\n2,"{"长" * 17_500_000}"\n3,after\n'
    table, rejects = read_all(a_file(tmp_path, content))
    assert texts_of(table) == ["before", "after"]
    assert codes(rejects) == [(2, "long_text")]
    assert (len(rejects[0].value), rejects[0].fact) == (200, "17,500,000")


def test_a_row_beyond_all_measure_is_passed_over_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "BLOCK_BYTES", 50)
    monkeypatch.setattr(delimited, "LONGEST_ROW", 200)
    content = 'id,text\n1,one\n2,"never closed' + "x" * 400 + "\n3,three\n"
    table, rejects = read_all(a_file(tmp_path, content))
    assert texts_of(table) == ["one", "three"]
    assert codes(rejects) == [(2, "long_row")]


def test_nul_bytes_reject_their_row(tmp_path: Path) -> None:
    table, rejects = read_all(a_file(tmp_path, b"id,text\n1,a\0b\n2,fine\n3,\0\n"))
    assert (texts_of(table), codes(rejects)) == (["fine"], [(1, "nul"), (3, "nul")])
    assert "\0" not in "".join(one.value for one in rejects)


def test_formulae_are_read_as_they_are_and_never_written_as_formulae(tmp_path: Path) -> None:
    cells = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    table, _ = read_all(a_file(tmp_path, f"id,text\n1,{cells[0]}\n"))
    assert texts_of(table) == [cells[0]]
    out = tmp_path / "rejects.csv"
    assert write_rejects(out, [Reject(cell, 1, cell, cell, "cells", "3") for cell in cells]) == len(cells)
    with out.open(encoding="utf-8", newline="") as stream:
        written = [row[column] for row in list(csv.reader(stream))[1:] for column in (0, 2, 3)]
    assert all(cell.startswith("'") for cell in written)


def test_every_reason_is_worded_in_both_languages() -> None:
    for code in REASONS:
        reject = Reject("a.csv", 1, "text", "", code, "7")
        assert reject.reason
        assert reject.sentence("zh") != reject.reason
        assert "{" not in reject.sentence("zh").replace('{"text"', "")


@pytest.mark.parametrize("letters", ["\u200b\u202e\u2066", "\u202eجرس‏", "א" * 5])
def test_invisible_and_right_to_left_characters_stay_in_the_text(tmp_path: Path, letters: str) -> None:
    table, rejects = read_all(a_file(tmp_path, f"id,text\n1,路灯{letters}坏了\n"))
    assert (texts_of(table), rejects) == ([f"路灯{letters}坏了"], [])


@pytest.mark.parametrize(
    "time", ["0000-01-01", "9999-12-31", "2026-02-30", "2026/13/01", "9999年1月1日", "2026-01-01 25:00"]
)
def test_an_impossible_time_rejects_its_row(tmp_path: Path, time: str) -> None:
    table, rejects = read_all(a_file(tmp_path, f"id,text,留言时间\n1,a,{time}\n2,b,2026-01-31\n3,c,\n"))
    assert texts_of(table) == ["b", "c"]
    assert [(one.row, one.column, one.value, one.code) for one in rejects] == [(1, "留言时间", time, "impossible_time")]


def test_an_unreadable_time_is_rejected_with_an_example(tmp_path: Path) -> None:
    _, rejects = read_all(a_file(tmp_path, "id,text,time\n1,a,soon\n2,b,\n"))
    assert codes(rejects) == [(1, "unreadable_time")]
    assert "2026-01-31" in rejects[0].reason


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-01-31 15:04:05", "2026/1/31 15:04:05", "2026.1.31 15:04:05", "2026-01-31T15:04:05.120+08:00"),
        *("2026-01-31T15:04:05Z", " 2026-01-31  15:04:05 ", "2026年1月31日 15时04分05秒", "2026年1月31日 下午3:04:05"),
        *("20260131150405", "2026/1/31 3:04:05 PM", "Sat, 31 Jan 2026 15:04:05 +0000", "1769871845", "1769871845000"),
    ],
)
def test_a_time_is_read_however_it_is_written(cell: str) -> None:
    seconds, states = read_times(pa.array([cell], pa.large_string()))
    assert (int(seconds[0]), int(states[0])) == (1_769_871_845, 0)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)))  # noqa: DTZ001 - wall clocks
def test_a_written_time_comes_back(moment: datetime) -> None:
    seconds, states = read_times(pa.array([moment.isoformat(" ", "seconds")], pa.large_string()))
    assert states[0] == 0
    assert int(seconds[0]) == (moment.replace(microsecond=0) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001


def test_an_id_may_stand_once_in_all_files(tmp_path: Path) -> None:
    first = a_file(tmp_path, "id,text\n1,a\n1,b\n2,c\n", "a.csv")
    second = a_file(tmp_path, "id,text\n2,d\n3,e\n", "b.csv")
    table, rejects = read_all(first, second)
    assert texts_of(table) == ["a", "c", "e"]
    assert [(one.file, one.row, one.column, one.value, one.code) for one in rejects] == [
        ("a.csv", 2, "id", "1", "duplicate_id"),
        ("b.csv", 1, "id", "2", "duplicate_id"),
    ]


def test_a_rejected_row_does_not_use_up_its_id(tmp_path: Path) -> None:
    table, rejects = read_all(a_file(tmp_path, "id,text\n1,\n1,b\n"))
    assert (texts_of(table), codes(rejects)) == (["b"], [(1, "empty_text")])


def test_rows_without_ids_get_file_and_row_also_in_files_of_one_name(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        a_file(tmp_path / folder, "text\n甲\n\n乙\n")
    table, rejects = read_all(tmp_path / "x" / "messages.csv", tmp_path / "y" / "messages.csv")
    ids = table.column("id").to_pylist()
    assert ids == ["messages.csv#1:1", "messages.csv#1:2", "messages.csv#2:1", "messages.csv#2:2"]
    assert not rejects


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_file_cut_anywhere_loses_at_most_its_last_row(tmp_path: Path, cut: int) -> None:
    content = 'id,text,area\n1,第一条,东\n2,"第二条,有\n换行",西\n3,第三条,北\n'.encode()
    table, rejects = read_all(a_file(tmp_path, content[:-cut]))
    whole = texts_of(read_all(a_file(tmp_path, content))[0])
    kept = texts_of(table)
    assert kept[:-1] == whole[: len(kept) - 1]
    assert len(rejects) <= 1
    assert all(one.code in ("cut", "encoding", "empty_text") for one in rejects)


def test_a_file_that_ends_in_a_quoted_cell_says_so(tmp_path: Path) -> None:
    table, rejects = read_all(a_file(tmp_path, 'id,text\n1,a\n2,"cut in the\nmiddle'))
    assert (texts_of(table), codes(rejects)) == (["a"], [(2, "cut")])


def test_messages_of_no_and_of_a_hundred_thousand_characters(tmp_path: Path) -> None:
    long = "路" * 100_000
    table, rejects = read_all(a_file(tmp_path, f'id,text\n1,{long}\n2,\n3,"  \n\t"\n4,\u3000\n'))
    assert texts_of(table) == [long]
    assert codes(rejects) == [(2, "empty_text"), (3, "empty_text"), (4, "empty_text")]


def test_html_and_script_in_every_field_stay_data(tmp_path: Path) -> None:
    evil = "<script>alert('1')</script><img src=x onerror=alert(1)>"
    head = "id,title,text,channel,area,sender,age,sex,residence"
    table, rejects = read_all(a_file(tmp_path, head + "\n" + ",".join([f'"{evil}"'] * 9) + "\n"))
    row = table.to_pylist()[0]
    assert not rejects
    assert {row[name] for name in head.split(",") if name != "sender"} == {evil}


def test_rows_with_too_many_or_too_few_cells_are_rejected_with_their_number(tmp_path: Path) -> None:
    table, rejects = read_all(a_file(tmp_path, "id,text,area\n1,a\n2,b,c,d\n3,e,f,,\n4,g,h\n"))
    assert texts_of(table) == ["e", "g"]
    assert [(one.row, one.code, one.fact, one.value) for one in rejects] == [
        (1, "cells", "2", "1,a"),
        (2, "cells", "4", "2,b,c,d"),
    ]


def test_a_file_of_ten_thousand_columns_is_read(tmp_path: Path) -> None:
    names, cells = [f"c{i}" for i in range(10_000)], ["x"] * 10_000
    names[7_000], cells[7_000] = "正文", "找到了"
    table, _ = read_all(a_file(tmp_path, ",".join(names) + "\n" + ",".join(cells) + "\n"))
    assert texts_of(table) == ["找到了"]


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=12),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    block=st.integers(1, 40),
)
def test_what_a_csv_writer_wrote_is_read_back_whatever_the_block_size(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], ends: str, block: int
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator=ends, quoting=csv.QUOTE_ALL).writerows(
            [("text", "area"), ("first", ""), *rows]
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "BLOCK_BYTES", block)
        table, rejects = read_all(path)
    blank = [number for number, row in enumerate(rows, 2) if not row[0].strip()]
    assert [one.row for one in rejects] == blank
    assert texts_of(table) == ["first", *(row[0].strip() for row in rows if row[0].strip())]
    assert len(table) + len(rejects) == len(rows) + 1


def test_lines_with_the_headline_separator_are_read_without_headings(tmp_path: Path) -> None:
    lines = '1_!_102_!_label_!_"引号"，和_!里的逗号,_!_a,b\n2_!_103_!_label_!_第二条_!_\n'
    table, rejects = read_all(a_file(tmp_path, lines, "lines.txt"))
    assert not rejects
    assert table.select(["id", "text"]).to_pylist() == [
        {"id": "1", "text": '"引号"，和_!里的逗号,'},
        {"id": "2", "text": "第二条"},
    ]
    by_number, _ = read_all(tmp_path / "lines.txt", columns={"text": "3"})
    assert texts_of(by_number) == ["label", "label"]


def test_a_plain_text_file_is_one_message_a_line_when_mapped_by_number(tmp_path: Path) -> None:
    table, _ = read_all(a_file(tmp_path, '第一条, 有"逗号\n\n第二条\n', "a.txt"), columns={"text": "1"})
    assert texts_of(table) == ['第一条, 有"逗号', "第二条"]


def test_json_lines_are_read_and_bad_ones_rejected(tmp_path: Path) -> None:
    good = [{"id": 1, "text": "一", "time": "2026-01-31"}, {"text": "二", "id": None}, {"id": 3.0, "text": {"a": [1]}}]
    lines = [json.dumps(row, ensure_ascii=False) for row in good]
    lines += ["{broken", "[1]", '{"id": 5, "text": "\\ud800"}', '{"id": 6, "text": "\\u0000"}', '{"id": 7}', ""]
    table, rejects = read_all(a_file(tmp_path, "\n".join(lines), "a.jsonl"))
    assert texts_of(table) == ["一", "二", '{"a": [1]}']
    assert table.column("id").to_pylist() == ["1", "a.jsonl:2", "3"]
    assert codes(rejects) == [(4, "json"), (5, "json"), (6, "json"), (7, "nul"), (8, "empty_text")]


def test_parquet_reads_like_the_same_rows_in_csv(tmp_path: Path) -> None:
    rows = {"编号": [1, 2], "内容": ["一", "二"], "时间": [datetime(2026, 1, 31, 9, 30), None]}  # noqa: DTZ001 - a wall clock
    pq.write_table(pa.table(rows), tmp_path / "a.parquet")
    other, _ = read_all(a_file(tmp_path, "编号,内容,时间\n1,一,2026-01-31 09:30:00\n2,二,\n"))
    assert read_all(tmp_path / "a.parquet")[0].equals(other)


def test_a_parquet_file_is_not_kept_in_memory_while_it_is_read(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    texts = ["".join(map(chr, random.integers(0x4E00, 0x9FA0, 500))) for _ in range(4_000)]
    pq.write_table(pa.table({"内容": texts}), tmp_path / "a.parquet", row_group_size=100)
    whole, before, most, rows = (tmp_path / "a.parquet").stat().st_size, pa.total_allocated_bytes(), 0, 0
    for block in ParquetFile(tmp_path / "a.parquet").blocks({"text": 0}):
        rows += len(block.rows)
        most = max(most, pa.total_allocated_bytes() - before)
    assert rows == len(texts)
    assert most < whole / 4


def test_a_cut_parquet_or_spreadsheet_is_refused_by_name(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"] * 100}), tmp_path / "a.parquet")
    for path in (
        a_file(tmp_path, (tmp_path / "a.parquet").read_bytes()[:-9], "cut.parquet"),
        a_file(tmp_path, b"PK\x03\x04cut", "cut.xlsx"),
    ):
        with pytest.raises(InputError, match=path.name):
            read_all(path)


def a_sheet(path: Path, cells: str) -> Path:
    """The least that a spreadsheet program takes for XLSX. cells: the rows in SpreadsheetML."""
    office, package = "http://schemas.openxmlformats.org", "application/vnd.openxmlformats-package.relationships+xml"
    kinds, links = f"{office}/package/2006/content-types", f"{office}/package/2006/relationships"
    main, to = f"{office}/spreadsheetml/2006/main", f"{office}/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}"><Default Extension="rels" ContentType="{package}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{to}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{to}"><sheets><sheet name="a" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{to}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path


def test_a_spreadsheet_is_read_and_counts_its_blank_rows(tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        shown = (
            f"<c><v>{cell}</v></c>"
            if cell.replace(".", "").isdigit()
            else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in cells
        )
        return f"<row>{''.join(shown)}</row>"

    path = a_sheet(
        tmp_path / "a.xlsx",
        row("编号", "内容", "时间") + row("7", "一", "46053.5") + row("", "", "") + row("", "二", ""),
    )
    table, rejects = read_all(path)
    assert not rejects
    assert table.select(["id", "text", "time"]).to_pylist() == [
        {"id": "7", "text": "一", "time": datetime(2026, 1, 31, 12)},  # noqa: DTZ001 - a wall clock
        {"id": "a.xlsx:3", "text": "二", "time": None},
    ]


def test_senders_are_hashed_under_the_seed(tmp_path: Path) -> None:
    path = a_file(tmp_path, "text,用户\na,张\nb,李\nc,张\nd,\n")
    one, other = (read_all(path, seed=seed)[0].column("sender").to_pylist() for seed in (1, 2))
    assert one[0] == one[2] != one[1]
    assert one[3] is None
    assert not set(one[:3]) & set(other[:3])


def test_siphash_gives_the_value_published_with_it() -> None:
    key = [np.uint64(int.from_bytes(bytes(range(start, start + 8)), "little")) for start in (0, 8)]
    assert siphash(np.arange(15, dtype=np.uint8), 0, 15, *key) == 0xA129CA6149BE45E5


def test_batches_are_full_and_rows_keep_their_order(tmp_path: Path) -> None:
    count = BLOCK_ROWS + 10
    path = a_file(tmp_path, "text\n" + "\n".join(map(str, range(count))))
    batches = list(read([path], columns={}, reject=lambda one: pytest.fail(str(one)), seed=0))
    assert [len(batch) for batch in batches] == [BLOCK_ROWS, 10]
    assert texts_of(pa.Table.from_batches(batches)) == list(map(str, range(count)))


@pytest.mark.parametrize(
    ("heading", "plain"), [("留言详情 (必填)", "留言详情"), ("\ufeffMessage_ID", "messageid"), ("Ｔｅｘｔ", "text")]
)
def test_headings_are_known_however_they_are_dressed(heading: str, plain: str) -> None:
    assert plain_heading(heading) == plain


@pytest.mark.parametrize(
    "name",
    [f"messages/{name}.csv" for name in ("stream", "unlabelled", "replies", "labelled")]
    + [f"headlines/toutiao_cat_data.{part}.txt" for part in ("dev", "test")],
)
def test_the_real_files_are_read_whole(name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is not there: the development data lies beside the project, never in it")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = sum(1 for _ in csv.reader(stream)) - 1 if path.suffix == ".csv" else sum(1 for _ in stream)
    table, rejects = read_all(path)
    assert (len(table), rejects) == (rows, [])

"""`import_messages`: a file comes in whole, with its rejects told, or not at all; and never twice."""

import csv
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model, QuerySet
from django.utils import timezone
from tests.builders import a_body, a_call, a_county

from massline.beat import LEASE
from massline.gather.actions import Words, continue_imports, import_messages
from massline.gather.models import ArrivingFile, ArrivingRow, Call, Message
from massline.gather.rules import Channel, ImportUnderWay
from massline.ledger.models import Entry
from massline.ledger.rules import digest
from massline.rights import OPERATOR, SYSTEM

pytestmark = pytest.mark.django_db
HEAD = "编号,标题,内容,时间,地区,来源,用户\n"


@pytest.fixture
def call() -> Call:
    return a_call()


def file_of(folder: Path, rows: str, name: str = "letters.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes((HEAD + rows).encode(encoding))
    return path


def run(path: Path, call: Call, capsys, *options: str) -> tuple[int, dict, str]:
    """Exit code, what was printed, what was said on standard error."""
    code = 0
    try:
        call_command("import_messages", str(path), call=call.ref, json=True, map=",".join(options))
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    said = capsys.readouterr()
    return code, json.loads(said.out.splitlines()[-1]), said.err


def test_a_file_comes_in_as_it_was_written(tmp_path, capsys) -> None:
    county = a_county()
    town, call = a_body("东河镇", under=county), a_call(county)
    path = file_of(
        tmp_path, f"7,路灯,巷口的路灯坏了，电话13812345678,2026-03-01 09:30:00,{county.name}东河镇,热线,张三\n"
    )
    code, done, _said = run(path, call, capsys)
    assert (code, done["rows"], done["added"]) == (0, 1, 1)
    message = Message.objects.get()
    assert (message.source_id, message.title, message.body, message.channel) == ("7", "路灯", town, Channel.HOTLINE)
    assert timezone.localtime(message.said_at).strftime("%Y-%m-%d %H:%M") == "2026-03-01 09:30"
    assert "13812345678" not in message.shown_text
    assert "张三" not in message.sender
    assert len(message.sender) == 16
    assert not list(tmp_path.glob("*.rejects*"))


def test_running_it_twice_imports_nothing_twice(tmp_path, call, capsys) -> None:
    path = file_of(tmp_path, "1,,路灯坏了,,,,\n,,没有编号的一行,,,,\n")
    run(path, call, capsys)
    entries = Entry.objects.count()
    _code, done, _said = run(path, call, capsys)
    assert (done["added"], done["already"]) == (0, 2)
    assert Message.objects.count() == 2
    assert Entry.objects.count() == entries


def test_the_same_file_under_another_name_brings_nothing_twice(tmp_path, call, capsys) -> None:
    rows = ",,没有编号的一行,,,,\n"
    run(file_of(tmp_path, rows), call, capsys)
    _code, done, _said = run(file_of(tmp_path, rows, "copy.csv"), call, capsys)
    assert done["added"] == 0


def test_another_file_of_the_same_name_brings_its_own_rows(tmp_path, call, capsys) -> None:
    run(file_of(tmp_path, ",,三月的留言,,,,\n"), call, capsys)
    _code, done, _said = run(file_of(tmp_path, ",,四月的留言,,,,\n"), call, capsys)
    assert done["added"] == 1
    assert Message.objects.count() == 2


def test_a_known_id_with_another_text_is_left_alone_and_named(tmp_path, call, capsys) -> None:
    run(file_of(tmp_path, "7,,原来的话,,,,\n"), call, capsys)
    code, done, said = run(file_of(tmp_path, "7,,改过的话,,,,\n"), call, capsys)
    assert (code, done["changed"]) == (1, ["7"])
    assert "7" in said
    assert Message.objects.get().text == "原来的话"


def test_rejects_stand_beside_the_file_with_row_and_reason_and_the_rest_is_in(tmp_path, call, capsys) -> None:
    rows = (
        "1,,好的一行,,,,\n"
        "2,,,,,,\n"
        "3,,坏的时间,0000-01-01,,,\n"
        f"4,,{'长' * 100_001},,,,\n"
        "5,,\u200b\u200b,,,,\n"
        "1,,编号重复,,,,\n"
        "7,,=cmd|' /C calc'!A0,9999-12-31,,,\n"
        "8,,又是好的一行,,,,\n"
    )
    code, done, said = run(file_of(tmp_path, rows), call, capsys)
    assert code == 1
    assert (done["rows"], done["accepted"], done["added"], done["rejected"]) == (8, 2, 2, 6)
    assert sorted(Message.objects.values_list("text", flat=True)) == ["又是好的一行", "好的一行"]
    with (tmp_path / "letters.csv.rejects.csv").open(encoding="utf-8", newline="") as stream:
        rejects = list(csv.DictReader(stream))
    assert sorted(int(reject["row"]) for reject in rejects) == [2, 3, 4, 5, 6, 7]
    assert all(reject["reason"] and not reject["value"].startswith("=") for reject in rejects)
    assert "letters.csv.rejects.csv" in said


@pytest.mark.parametrize(
    ("locale", "reason"),
    [("zh_CN.UTF-8", "正文为空"), ("en_GB.UTF-8", "The text is empty"), ("C.UTF-8", "正文为空"), ("", "正文为空")],
)
def test_the_reasons_are_in_the_operators_language_else_in_the_installations(
    locale, reason, tmp_path, call, capsys, monkeypatch
) -> None:
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.setenv("LANG", locale)
    run(file_of(tmp_path, "1,,一句话,,,,\n2,,,,,,\n"), call, capsys)
    assert reason in (tmp_path / "letters.csv.rejects.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"a,b\n1,2\n", "text"),
        ("编号,内容\n".encode(), "row"),
        ("编号,内容\n1,路灯".encode() + b"\xff\xfe\xff\n" * 40, "byte"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(tmp_path, call, content, word) -> None:
    path = tmp_path / "letters.csv"
    path.write_bytes(content)
    with pytest.raises((CommandError, SystemExit)) as stopped:
        call_command("import_messages", str(path), call=call.ref)
    if isinstance(stopped.value, CommandError):
        assert stopped.value.returncode == 2
        assert word in str(stopped.value).lower()
    assert not Message.objects.exists()
    assert not Entry.objects.filter(kind="messages.imported").exists()


def test_a_file_in_gb18030_is_read(tmp_path, call, capsys) -> None:
    path = file_of(tmp_path, "1,,巷口的路灯坏了很久没有人来修理,,,,\n" * 1, encoding="gb18030")
    assert run(path, call, capsys)[1]["added"] == 1
    assert Message.objects.get().text == "巷口的路灯坏了很久没有人来修理"


def fails_in_its_second_batch(monkeypatch, kind: type[Model]) -> None:
    """Writing rows of this kind works once, then never again."""
    real, calls = QuerySet.bulk_create, []

    def writes(rows, objects, *args, **options):
        if rows.model is kind:
            calls.append(1)
            if len(calls) > 1:
                raise OSError("the disk is full")
        return real(rows, objects, *args, **options)

    monkeypatch.setattr(QuerySet, "bulk_create", writes)


def test_a_failure_while_the_file_is_read_leaves_nothing(tmp_path, call, monkeypatch) -> None:
    path = file_of(tmp_path, "".join(f"{number},,第{number}行,,,,\n" for number in range(5_000)))
    fails_in_its_second_batch(monkeypatch, ArrivingRow)
    with pytest.raises(CommandError, match="the disk is full") as stopped:
        call_command("import_messages", str(path), call=call.ref)
    assert stopped.value.returncode == 2
    assert not Message.objects.exists()
    assert not ArrivingFile.objects.exists()
    assert not ArrivingRow.objects.exists()
    assert not Entry.objects.filter(kind="messages.imported").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["letters.csv"]


def test_a_failure_after_the_file_was_accepted_loses_nothing_and_doubles_nothing(tmp_path, call, monkeypatch) -> None:
    path = file_of(tmp_path, "".join(f"{number},,第{number}行,,,,\n" for number in range(5_000)))
    with monkeypatch.context() as patch:
        fails_in_its_second_batch(patch, Message)
        with pytest.raises(CommandError, match="accepted whole, but 4,000") as stopped:
            call_command("import_messages", str(path), call=call.ref)
    assert stopped.value.returncode == 1
    assert continue_imports(by=SYSTEM) == 0  # it may still live
    ArrivingFile.objects.update(beat_at=timezone.now() - LEASE * 1.1)
    assert continue_imports(by=SYSTEM) == 1
    assert Message.objects.filter(call=call).count() == 5_000
    assert not ArrivingFile.objects.exists()
    assert not ArrivingRow.objects.exists()
    assert Entry.objects.filter(kind="messages.imported").count() == 1


def test_nothing_of_a_file_shows_before_all_of_it_is_read(call) -> None:
    seen = []

    def batches():
        for number in range(3):
            yield [Words(text=f"第{number}句", source_id=str(number))]
            seen.append((Message.objects.count(), ArrivingRow.objects.count()))

    imported = import_messages(call, batches(), source="f" * 64, by=OPERATOR)
    assert seen == [(0, 1), (0, 2), (0, 3)]
    assert imported.added == Message.objects.public().count() == 3


def test_two_files_on_their_way_into_one_call_do_not_meet(tmp_path, call, capsys) -> None:
    ArrivingFile.objects.create(call=call, token="another import", beat_at=timezone.now())
    path = file_of(tmp_path, "1,,路灯坏了,,,,\n")
    with pytest.raises(CommandError, match="Another file is being imported") as stopped:
        call_command("import_messages", str(path), call=call.ref)
    assert stopped.value.returncode == 2
    ArrivingFile.objects.update(beat_at=timezone.now() - LEASE * 1.1)  # it was killed
    assert run(path, call, capsys)[1]["added"] == 1


def test_an_import_that_was_taken_over_writes_nothing_more(call) -> None:
    def batches():
        yield [Words(text="第一句", source_id="1")]
        ArrivingFile.objects.update(token="another import")
        yield [Words(text="第二句", source_id="2")]

    with pytest.raises(ImportUnderWay):
        import_messages(call, batches(), source="f" * 64, by=OPERATOR)
    assert ArrivingRow.objects.count() == 1
    assert ArrivingFile.objects.get().accepted_at is None


def test_the_entry_seals_every_text_of_the_file(call) -> None:
    """Whoever has the texts and salts can make the digest again."""
    rows = [[Words(text=text, source_id=text) for text in batch] for batch in (("一", "二"), ("三",))]
    import_messages(call, rows, source="f" * 64, by=OPERATOR)
    lines = [digest(message.text, message.salt) for message in Message.objects.order_by("pk")]
    assert Entry.objects.get(kind="messages.imported").facts["digest"] == digest("\n".join(lines), "f" * 64)


def test_an_unknown_call_and_a_missing_file_are_named(tmp_path, call) -> None:
    with pytest.raises(CommandError, match="nowhere") as unknown:
        call_command("import_messages", str(file_of(tmp_path, "1,,a,,,,\n")), call="nowhere")
    assert call.ref in str(unknown.value)
    with pytest.raises(CommandError, match="missing.csv") as missing:
        call_command("import_messages", str(tmp_path / "missing.csv"), call=call.ref)
    assert unknown.value.returncode == missing.value.returncode == 2


def test_headings_can_be_mapped_by_hand_and_a_bad_map_is_named(tmp_path, call, capsys) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("甲,乙\n1,路灯坏了\n", encoding="utf-8")
    assert run(path, call, capsys, "text=乙")[1]["added"] == 1
    with pytest.raises(CommandError, match="--map"):
        call_command("import_messages", str(path), call=call.ref, map="乙")


def test_an_area_that_is_no_body_goes_to_the_calls_and_is_told(tmp_path, call, capsys) -> None:
    code, done, said = run(file_of(tmp_path, "1,,路灯坏了,,火星,,\n"), call, capsys)
    assert (code, done["unknown_areas"]) == (1, {"火星": 1})
    assert "火星" in said
    assert Message.objects.get().body == call.body


def test_an_id_longer_than_a_column_is_still_known_again(tmp_path, call, capsys) -> None:
    path = file_of(tmp_path, f"{'9' * 5_000},,路灯坏了,,,,\n")
    run(path, call, capsys)
    assert run(path, call, capsys)[1]["already"] == 1


def test_the_log_holds_one_entry_and_no_text(tmp_path, call, capsys) -> None:
    run(file_of(tmp_path, "1,,只有我知道的话,,,,\n2,,另一句,,,,\n"), call, capsys)
    entry = Entry.objects.get(kind="messages.imported")
    assert entry.facts["messages"] == 2
    assert "只有我知道的话" not in entry.data


def test_damaged_rows_are_named_one_by_one_and_the_good_ones_are_in(tmp_path, call, capsys) -> None:
    """A cell of fifty megabytes, a NUL byte, and a file that was cut off inside a quotation."""
    rows = (
        "1,,好的第一行,,,,\n"
        f"2,,{'长' * 17_000_000},,,,\n"
        "3,,电话\x00断了,,,,\n"
        "4,,\u202e从右往左\u2066的话,,,,\n"
        '5,,"没有写完'
    )
    code, done, _said = run(file_of(tmp_path, rows), call, capsys)
    assert (code, done["rows"], done["added"], done["rejected"]) == (1, 5, 2, 3)
    texts = set(Message.objects.values_list("text", flat=True))
    assert texts == {"好的第一行", "\u202e从右往左\u2066的话"}
    with (tmp_path / "letters.csv.rejects.csv").open(encoding="utf-8", newline="") as stream:
        rejects = {int(reject["row"]): reject for reject in csv.DictReader(stream)}
    assert set(rejects) == {2, 3, 5}
    assert all(reject["reason"] and len(reject["value"]) <= 201 for reject in rejects.values())


def test_script_in_every_field_of_a_file_is_text_on_every_page(tmp_path, capsys, client) -> None:
    call = a_call()
    script = "<script>alert(1)</script><b onclick=x>"
    rows = f"{script},{script},{script}路灯,2026-03-01,{script},{script},{script}\n"
    assert run(file_of(tmp_path, rows), call, capsys)[1]["added"] == 1
    message = Message.objects.get()
    for address in (call.get_absolute_url(), message.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page
        assert "<b onclick" not in page
    answer = client.get(f"/api/calls/{call.ref}/messages")
    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["items"][0]["title"] == script


def test_the_longest_message_comes_in_and_its_page_opens(tmp_path, call, capsys, client) -> None:
    path = file_of(tmp_path, f"1,,{'路' * 100_000},,,,\n2,,{'路' * 100_001},,,,\n")
    assert run(path, call, capsys)[1]["added"] == 1
    message = Message.objects.get()
    assert len(message.text) == 100_000
    assert client.get(message.get_absolute_url()).status_code == 200

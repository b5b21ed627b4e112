"""The public log's page, its files, its download, and the command that checks it."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import massline
from massline.ledger import queries
from massline.ledger.actions import append, sequence
from massline.ledger.models import Entry
from massline.ledger.views import KINDS
from massline.tlog.checkpoint import read_key
from massline.tlog.verify import MissingFile, check_all, newest

pytestmark = pytest.mark.django_db
PAGE = "/log/"


def download(client) -> list[str]:
    answer = client.get(reverse("ledger:download"))
    return b"".join(answer.streaming_content).decode().splitlines()


def test_an_empty_log_says_so(client) -> None:
    assert "还没有任何记录" in client.get(PAGE).content.decode()
    assert download(client) == []


def test_the_newest_entry_stands_first_in_words_of_both_languages(client) -> None:
    append("call.opened", {"call": "roads"})
    append("message.received", {"message": 1})
    for language, words in (
        ("zh-hans", ("收到一条留言", "发起了征集")),
        ("en", ("A message was received", "A call was opened")),
    ):
        page = client.get(PAGE, headers={"accept-language": language}).content.decode()
        assert page.index(words[0]) < page.index(words[1])


def test_every_kind_that_is_appended_anywhere_has_words() -> None:
    sources = [
        path for path in Path(massline.__file__).parent.rglob("*.py") if "actions" in (path.stem, path.parent.name)
    ]
    appended = {
        kind
        for path in sources
        for kind in re.findall(r'append(?:_all|_together)?\(\s*\(?"([\w.]+)"', path.read_text(encoding="utf-8"))
    }
    assert appended
    assert appended <= set(KINDS)


def test_what_stands_in_an_entry_is_shown_as_text(client) -> None:
    append("call.opened", {"call": "<script>alert(1)</script>", "title": None})
    page = client.get(PAGE).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;" in page


def test_a_page_reads_what_it_shows_and_one_entry_more_wherever_in_the_log(client) -> None:
    for number in range(70):
        append("message.received", {"message": number})
    sequence()
    with CaptureQueriesContext(connection) as asked:
        page = client.get(PAGE).content.decode()
    assert len(asked) <= 3
    reads = [query["sql"] for query in asked if "ledger_entry" in query["sql"]]
    assert [sql for sql in reads if "OFFSET" in sql or "COUNT(" in sql or "LIMIT" not in sql] == []
    seen = numbers(page)
    while older := re.search(r'href="([^"]*\?before=\d+)"', page):
        page = client.get(older[1]).content.decode()
        seen += numbers(page)
    assert seen == sorted(set(seen), reverse=True)
    assert seen[-1] == 0
    assert len(seen) == Entry.objects.count()


@pytest.mark.parametrize("before", ["zwei", "-1", "²", "9" * 40, "9" * 18, "0", "1.5", "\x00", "0x10"])
def test_an_address_that_cannot_be_read_shows_the_newest_entries(client, before: str) -> None:
    append("message.received", {"message": 1})
    sequence()
    assert numbers(client.get(PAGE, {"before": before}).content.decode())


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"第(\d+)条", page)]


def test_the_download_holds_every_numbered_entry_as_it_was_hashed(client, monkeypatch) -> None:
    monkeypatch.setattr(queries, "PIECE", 3)
    for number in range(10):
        append("message.received", {"message": number})
    assert download(client) == []
    sequence()
    lines = [json.loads(line) for line in download(client)]
    assert [line["index"] for line in lines] == list(range(10))
    assert [line["entry"].encode() for line in lines] == [entry.line for entry in Entry.objects.order_by("index")]


def test_the_page_shows_the_key_and_root_that_the_log_is_checked_with(client) -> None:
    append("call.opened", {"call": "roads"})
    assert "massline log check" not in client.get(PAGE).content.decode()
    checkpoint = sequence()
    page = client.get(PAGE).content.decode()
    assert checkpoint.root.hex() in page
    assert queries.log_key() in page


def test_the_files_of_the_log_are_served_as_the_specification_has_them(client) -> None:
    for number in range(300):
        append("message.received", {"message": number})
    checkpoint = sequence()

    def fetch(path: str) -> bytes:
        answer = client.get(PAGE + path)
        if answer.status_code == 404:
            raise MissingFile(path)
        assert ("immutable" in answer["Cache-Control"]) == path.startswith("tile/")
        return answer.content

    key = read_key(queries.log_key())
    assert newest(fetch, key) == checkpoint
    assert max(check_all(fetch, key)) == 300


@pytest.mark.parametrize(
    "path", ["tile/../../key", "tile/0/../../../key", "tile/0/0", "tile/0/000.p/", "log-key", "tile/0/x001"]
)
def test_nothing_but_the_log_is_served(client, path: str) -> None:
    append("call.opened", {"call": "roads"})
    sequence()
    assert client.get(PAGE + path).status_code == 404


def test_the_command_says_which_entry_was_changed(capsys) -> None:
    for number in range(5):
        append("message.received", {"message": number})
    call_command("sequence_log")
    call_command("verify_log")
    assert capsys.readouterr().out.count("5 entries") == 2
    Entry.objects.filter(index=3).update(data='{"message":7}')
    with pytest.raises(CommandError, match="Entry 3") as broken:
        call_command("verify_log")
    assert broken.value.returncode == 1


@pytest.mark.parametrize("gone", [4, 2, 0])
def test_entries_cut_out_of_the_database_are_noticed(gone: int) -> None:
    for number in range(5):
        append("message.received", {"message": number})
    sequence()
    Entry.objects.filter(index=gone).delete()
    with pytest.raises(CommandError, match="published with 5 entries"):
        call_command("verify_log")


def test_an_act_that_fails_leaves_no_entry() -> None:
    append("call.opened", {"call": "roads"})
    with pytest.raises(ZeroDivisionError):
        _append_and_fail()
    assert sequence().size == 1
    append("call.opened", {"call": "water"})
    assert sequence().size == 2


@transaction.atomic
def _append_and_fail() -> None:
    append("call.opened", {"call": "water"})
    raise ZeroDivisionError

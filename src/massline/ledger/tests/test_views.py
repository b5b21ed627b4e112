"""The public log's page, its download, and the command that checks both."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse

import massline
from massline.ledger import queries
from massline.ledger.actions import append
from massline.ledger.models import Entry, Head
from massline.ledger.rules import from_lines, verify
from massline.ledger.views import KINDS

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
    sources = Path(massline.__file__).parent.rglob("actions.py")
    appended = {
        kind for path in sources for kind in re.findall(r'append\(\s*"([\w.]+)"', path.read_text(encoding="utf-8"))
    }
    assert appended
    assert appended <= set(KINDS)


def test_what_stands_in_an_entry_is_shown_as_text(client) -> None:
    append("call.opened", {"call": "<script>alert(1)</script>", "title": None})
    page = client.get(PAGE).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;" in page


def test_the_page_takes_three_queries_however_long_the_log(client, django_assert_max_num_queries) -> None:
    for number in range(70):
        append("message.received", {"message": number})
    with django_assert_max_num_queries(3):
        page = client.get(PAGE, {"page": 2})
    assert "第39条" in page.content.decode()


def test_the_download_checks_out_with_the_rules_alone(client, monkeypatch) -> None:
    monkeypatch.setattr(queries, "PIECE", 3)
    for number in range(10):
        append("message.received", {"message": number})
    lines = download(client)
    assert len(lines) == 10
    assert verify(from_lines(lines)) == queries.head()


def test_the_command_says_where_a_changed_log_breaks(tmp_path, client, capsys) -> None:
    for number in range(5):
        append("message.received", {"message": number})
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(download(client)), encoding="utf-8")
    call_command("verify_log")
    call_command("verify_log", str(file))
    assert capsys.readouterr().out.count("5 entries") == 2
    file.write_text(file.read_text(encoding="utf-8").replace('message\\":3', 'message\\":7'), encoding="utf-8")
    with pytest.raises(CommandError, match="Entry 3") as broken:
        call_command("verify_log", str(file))
    assert broken.value.returncode == 1


def test_entries_cut_off_at_the_end_are_noticed_by_the_head() -> None:
    for number in range(5):
        append("message.received", {"message": number})
    Entry.objects.filter(index=4).delete()
    with pytest.raises(CommandError, match="head names 5"):
        call_command("verify_log")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"not json\n"])
def test_a_file_that_is_no_log_is_named(tmp_path, content) -> None:
    file = tmp_path / "log.jsonl"
    file.write_bytes(content)
    with pytest.raises(CommandError) as problem:
        call_command("verify_log", str(file))
    assert problem.value.returncode == 2


def test_an_act_that_fails_leaves_no_entry() -> None:
    append("call.opened", {"call": "roads"})
    before = (Entry.objects.count(), Head.objects.get().hash)
    with pytest.raises(ZeroDivisionError):
        _append_and_fail()
    assert before == (Entry.objects.count(), Head.objects.get().hash)
    assert append("call.opened", {"call": "water"}).index == 1


@transaction.atomic
def _append_and_fail() -> None:
    append("call.opened", {"call": "water"})
    raise ZeroDivisionError

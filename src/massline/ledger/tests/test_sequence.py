"""The sequencer: every entry gets one number, what is published only grows, and a crash at any point is made good."""

import json
import random
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from massline.ledger import actions, tiles
from massline.ledger.actions import append, append_together, sequence
from massline.ledger.keys import KeyRefused
from massline.ledger.models import Entry, Head
from massline.ledger.queries import log_key, newest_checkpoint, receipt_for, verify_log
from massline.ledger.tiles import LogDisagrees
from massline.tlog.checkpoint import VerifierKey, read_key
from massline.tlog.folder import fetch_from
from massline.tlog.receipt import read_receipt, write_receipt
from massline.tlog.verify import REFUSALS, check_all, check_growth

pytestmark = pytest.mark.django_db


def append_some(count: int) -> None:
    for number in range(count):
        append("message.received", {"message": number})


def fetch(path: str) -> bytes:
    return fetch_from(Path(settings.LOG_ROOT), path)


def key() -> VerifierKey:
    return read_key(log_key())


def test_an_entry_waits_until_it_gets_its_number_and_keeps_it() -> None:
    entry = append("call.opened", {"call": "roads"})
    assert entry.index is None
    sequence()
    entry.refresh_from_db()
    assert entry.index == 0
    append_some(3)
    sequence()
    entry.refresh_from_db()
    assert entry.index == 0


def test_an_entry_is_one_statement_of_the_act_and_known_at_once(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        entry = append("call.opened", {"call": "roads"})
    assert Entry.objects.get(pk=entry.pk).line == entry.line
    assert Entry.objects.get() == entry


def test_entries_of_one_act_are_one_statement_and_numbered_in_their_order(django_assert_num_queries) -> None:
    kinds = ["message.received", "message.published", "case.opened"]
    with django_assert_num_queries(1):
        written = append_together(*[(kind, {"message": 1}) for kind in kinds])
    sequence()
    assert [entry.kind for entry in Entry.objects.numbered(0, 3)] == kinds == [entry.kind for entry in written]


@pytest.mark.parametrize("batch", [1, 3, 4_096])
def test_numbers_follow_the_order_of_writing_whatever_gaps_and_batches_there_are(monkeypatch, batch: int) -> None:
    monkeypatch.setattr(actions, "BATCH", batch)
    append_some(12)
    Entry.objects.filter(pk__in=list(Entry.objects.values_list("pk", flat=True))[3:9:2]).delete()
    sequence()
    append_some(4)
    assert sequence().size == Entry.objects.count() == 13
    assert list(Entry.objects.order_by("pk").values_list("index", flat=True)) == list(range(13))
    assert max(check_all(fetch, key())) == 13


def test_the_published_log_only_grows_and_holds_what_the_database_has() -> None:
    generator = random.Random(7)
    kept = sequence()
    for _ in range(12):
        append_some(generator.choice([0, 1, 5, 60, 256]))
        now = sequence()
        assert check_growth(fetch, key(), kept) == now
        assert verify_log() == now
        kept = now
    assert max(check_all(fetch, key())) == Entry.objects.count()


@pytest.mark.parametrize("batch", [3, 4_096])
def test_a_log_that_is_written_to_without_a_pause_is_published_all_the_same(monkeypatch, batch: int) -> None:
    """As on a busy day: whenever some have their numbers, the next ones wait already."""
    monkeypatch.setattr(actions, "BATCH", batch)
    number_some, rounds = actions._number_some, []

    def number_and_write_more() -> int:
        numbered = number_some()
        append_some(2)
        rounds.append(numbered)
        assert len(rounds) < 20
        return numbered

    monkeypatch.setattr(actions, "_number_some", number_and_write_more)
    append_some(7)
    assert sequence().size == sum(rounds) >= 7
    assert verify_log().size == sum(rounds)


def test_calling_it_again_changes_no_byte() -> None:
    append_some(300)
    sequence()
    before = {path: path.read_bytes() for path in Path(settings.LOG_ROOT).rglob("*") if path.is_file()}
    sequence()
    assert before == {path: path.read_bytes() for path in Path(settings.LOG_ROOT).rglob("*") if path.is_file()}


@pytest.mark.parametrize("at", range(9))
def test_a_crash_at_any_write_is_made_good_by_the_next_call(monkeypatch, at: int) -> None:
    """300 entries are nine files: three tiles, two of them with bundles, written over two calls."""
    append_some(250)
    kept = sequence()
    append_some(50)
    write, written = tiles._write, []

    def crash(path: Path, content: bytes) -> None:
        if len(written) == at:
            raise KeyboardInterrupt
        written.append(path)
        write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(tiles, "_write", crash)
        try:
            sequence()
        except KeyboardInterrupt:
            assert newest_checkpoint() == kept
    assert sequence().size == 300
    assert max(check_all(fetch, key())) == 300
    assert check_growth(fetch, key(), kept).size == 300


def test_a_log_whose_files_are_gone_is_written_again_the_same() -> None:
    append_some(300)
    before = sequence()
    for path in sorted(Path(settings.LOG_ROOT).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert sequence() == before
    assert max(check_all(fetch, key())) == 300


def test_a_database_that_was_set_back_is_refused() -> None:
    append_some(5)
    sequence()
    Entry.objects.filter(index=4).delete()
    Head.objects.update(size=4)
    with pytest.raises(LogDisagrees, match="shows 5 entries, the database has 4"):
        sequence()


def test_tiles_that_were_changed_on_disk_are_noticed() -> None:
    append_some(300)
    sequence()
    for name in ("tile/0/000", "tile/0/001.p/44"):
        tile = Path(settings.LOG_ROOT) / name
        content = tile.read_bytes()
        tile.write_bytes(bytes(32) + content[32:])
        with pytest.raises(REFUSALS):
            verify_log()
        tile.write_bytes(content)
    verify_log()


def test_a_log_does_not_grow_on_a_newest_tile_that_was_changed() -> None:
    append_some(300)
    sequence()
    tile = Path(settings.LOG_ROOT) / "tile/0/001.p/44"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    append_some(1)
    with pytest.raises(LogDisagrees, match="were changed"):
        sequence()


def test_a_key_that_others_can_read_is_refused() -> None:
    append_some(1)
    sequence()
    Path(settings.LOG_KEY).chmod(0o640)
    with pytest.raises(KeyRefused, match="chmod 600"):
        sequence()


@pytest.mark.parametrize("content", [None, b"", b"no key", b"AAAA"])
def test_a_key_that_is_gone_or_spoilt_is_asked_for_and_never_made_anew(content: bytes | None) -> None:
    append_some(1)
    sequence()
    file = Path(settings.LOG_KEY)
    file.unlink()
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    append_some(1)
    with pytest.raises(KeyRefused, match="from your backup"):
        sequence()


def test_a_receipt_first_promises_and_then_proves() -> None:
    append_some(3)
    sequence()
    entry = append("message.received", {"message": 9, "digest": "d"})
    assert read_receipt(write_receipt(receipt_for(entry, "salt"))).proof is None
    sequence()
    append_some(300)
    sequence()
    entry.refresh_from_db()
    receipt = read_receipt(write_receipt(receipt_for(entry, "salt")))
    assert receipt.check_proof().size == 304
    assert json.loads(receipt.entry)["data"]["message"] == 9


def test_a_clock_that_goes_back_changes_no_order_and_breaks_no_proof(monkeypatch) -> None:
    now = timezone.now()
    kept = sequence()
    for hours in (0, -3, 1, -5):
        monkeypatch.setattr(timezone, "now", lambda hours=hours: now + timedelta(hours=hours))
        append("call.opened", {"hours": hours})
        kept = sequence()
    assert check_growth(fetch, key(), kept) == verify_log() == kept
    assert [entry.facts["hours"] for entry in Entry.objects.numbered(0, 4)] == [0, -3, 1, -5]
    assert [entry.moment < later.moment for entry, later in pairwise(Entry.objects.numbered(0, 4))] == [
        False,
        True,
        False,
    ]

"""A log as its reader meets it: files, some of them missing, cut or changed; growth, forks, and a folder without the product."""

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import massline.tlog
from massline.tlog.layout import bundle_path, tile_path, tiles_between, to_bundle, to_entries
from massline.tlog.tests.trees import KEY, MemoryLog, numbered
from massline.tlog.verify import REFUSALS, MissingFile, NotInLog, check_all, check_growth, find_entry, newest

SIZES = (1, 2, 255, 256, 257, 600, 65_537)


@pytest.fixture(scope="module", params=SIZES)
def log(request: pytest.FixtureRequest) -> MemoryLog:
    return MemoryLog(numbered(request.param))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (tile_path(0, 1234067), "tile/0/x001/x234/067"),
        (tile_path(1, 0, 12), "tile/1/000.p/12"),
        (bundle_path(999), "tile/entries/999"),
        (bundle_path(1000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_files_lie_where_the_specification_has_them(path: str, expected: str) -> None:
    assert path == expected


def test_every_entry_is_found_by_its_number_and_by_its_content(log: MemoryLog) -> None:
    size = len(log.entries)
    for index in {0, size // 2, size - 1}:
        assert find_entry(log.fetch, KEY, log.entries[index], index=index).index == index
        assert find_entry(log.fetch, KEY, log.entries[index]).index == index


def test_an_entry_that_is_not_in_is_not_found(log: MemoryLog) -> None:
    with pytest.raises(NotInLog, match="is this one"):
        find_entry(log.fetch, KEY, b"never said")
    with pytest.raises(NotInLog, match="may not be in yet"):
        find_entry(log.fetch, KEY, b"never said", index=len(log.entries))
    with pytest.raises(REFUSALS):
        find_entry(log.fetch, KEY, b"never said", index=0)


def test_a_whole_log_is_whole(log: MemoryLog) -> None:
    assert max(check_all(log.fetch, KEY)) == len(log.entries)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (3, 3), (3, 256), (255, 257), (256, 600), (300, 70_000)])
def test_a_log_that_only_grew_is_content_and_one_that_was_rewritten_is_not(old: int, new: int) -> None:
    log = MemoryLog(numbered(old) if old else [])
    kept = newest(log.fetch, KEY)
    log.grow(numbered(new - old, start=old))
    assert check_growth(log.fetch, KEY, kept).size == new
    if old:
        forked = MemoryLog([b"rewritten", *numbered(new - 1, start=1)])
        with pytest.raises(REFUSALS, match=r"does not begin|forked"):
            check_growth(forked.fetch, KEY, kept)


def test_a_log_that_shrank_is_caught() -> None:
    kept = newest(MemoryLog(numbered(9)).fetch, KEY)
    with pytest.raises(REFUSALS, match="shrunk from 9 to 8"):
        check_growth(MemoryLog(numbered(8)).fetch, KEY, kept)


@given(st.sampled_from((5, 257, 600)), st.data())
@settings(max_examples=60, deadline=None)
def test_one_bit_changed_in_any_file_is_noticed(size: int, data: st.DataObject) -> None:
    log = MemoryLog(numbered(size))
    name = data.draw(st.sampled_from(sorted(log.files)))
    spoilt = bytearray(log.files[name])
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    log.files[name] = bytes(spoilt)
    with pytest.raises(REFUSALS):
        list(check_all(log.fetch, KEY))


@pytest.mark.parametrize("size", [5, 257, 600])
def test_any_file_missing_or_cut_is_noticed(size: int) -> None:
    whole = MemoryLog(numbered(size))
    for name in whole.files:
        log = MemoryLog(whole.entries)
        log.files[name] = log.files[name][:-1]
        with pytest.raises(REFUSALS):
            list(check_all(log.fetch, KEY))
        del log.files[name]
        with pytest.raises(MissingFile):
            list(check_all(log.fetch, KEY))


def test_partial_tiles_may_go_once_the_full_one_is_there() -> None:
    log = MemoryLog(numbered(100))
    kept = log.files["checkpoint"]
    log.grow(numbered(300, start=100))
    log.files = {name: held for name, held in log.files.items() if ".p/100" not in name}
    log.files["checkpoint"] = kept
    assert find_entry(log.fetch, KEY, log.entries[42]).index == 42
    assert max(check_all(log.fetch, KEY)) == 100


@given(st.lists(st.binary(max_size=300), max_size=30))
def test_entries_come_out_of_a_bundle_as_they_went_in(entries: list[bytes]) -> None:
    assert to_entries(to_bundle(entries), width=len(entries)) == entries


@given(st.binary(max_size=200), st.integers(0, 256))
def test_a_bundle_of_anything_is_read_or_refused(found: bytes, width: int) -> None:
    with suppress(*REFUSALS):
        assert to_bundle(to_entries(found, width=width)) == found


def test_an_entry_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="65535"):
        to_bundle([bytes(65_536)])


def test_a_growing_log_writes_each_full_tile_once() -> None:
    written = [one for size in range(700) for one in tiles_between(size, size + 1) if one[2] == 256]
    assert written == [(0, 0, 256), (0, 1, 256)]


def test_the_folder_alone_checks_a_log_on_a_machine_without_the_product(tmp_path: Path, log: MemoryLog) -> None:
    shutil.copytree(
        Path(massline.tlog.__file__).parent, tmp_path / "tlog", ignore=shutil.ignore_patterns("tests", "__pycache__")
    )
    for name, held in log.files.items():
        (tmp_path / "log" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "log" / name).write_bytes(held)

    alone = f"import sys, runpy; sys.path.insert(0, {str(tmp_path)!r}); runpy.run_module('tlog', run_name='__main__')"
    command = [sys.executable, "-I", "-S", "-c", alone, "log", "--key", str(KEY)]

    def check() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    done = check()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{len(log.entries)} entries;")
    (tmp_path / "log" / "checkpoint").write_bytes(log.files["checkpoint"].replace(b"town", b"toun"))
    assert check().returncode == 1
    (tmp_path / "log" / "checkpoint").unlink()
    assert check().returncode == 2

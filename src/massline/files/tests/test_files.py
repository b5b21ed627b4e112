"""What a file is, what a picture loses, and what a shelf keeps: bad files first."""

import contextlib
import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from massline.files import shelf as shelves
from massline.files.checking import checked
from massline.files.kinds import LONGEST_NAME, FileRefused, clean_name, kind_of
from massline.files.pictures import LONGEST_SIDE, PREVIEW_SIDE
from massline.files.shelf import NoRoom, Shelf
from massline.files.tests.made import PDF, PROGRAM, SCRIPT, SHEET, a_bomb, a_document, a_picture

OPEN_SHEET = "application/vnd.oasis.opendocument.spreadsheet"


def refusal(content: bytes, name: str, *, largest: int = 1_000_000) -> str:
    with pytest.raises(FileRefused) as refused:
        checked(content, name, largest=largest)
    assert repr(name) in str(refused.value)
    return refused.value.why


# --- what it is


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "空.pdf", "empty"),
        (PROGRAM, "路灯.jpg", "kind"),
        (SCRIPT, "图.svg", "kind"),
        (SCRIPT, "图.png", "kind"),
        (b"<html><script>alert(1)</script></html>", "计划.pdf", "kind"),
        (b"<html>%PDF-1.4 %%EOF", "计划.pdf", "kind"),
        (b"<html>" + SHEET, "表.xlsx", "kind"),  # readers of ZIP files begin at the end
        (PDF[:-8], "半个.pdf", "broken"),
        (a_picture()[:-300], "半张.jpg", "broken"),
        (b"\x89PNG\r\n\x1a\n", "头.png", "broken"),
        (SHEET[:60], "半个.xlsx", "broken"),
        (a_document("a.txt"), "包.docx", "kind"),
        (a_document("xl/workbook.xml", "xl/vbaProject.bin"), "宏.xlsx", "macros"),
        (a_document("Basic/x.xml", says=OPEN_SHEET), "宏.ods", "macros"),
        (a_document("content.xml", says="text/html"), "表.ods", "kind"),
        (a_bomb(), "炸弹.png", "pixels"),
        (a_bomb(9_000), "大图.png", "pixels"),
    ],
)
def test_what_is_not_what_it_should_be_is_refused_by_its_content(content: bytes, name: str, why: str) -> None:
    assert refusal(content, name) == why


def test_documents_made_for_tests_are_the_same_bytes_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """They stand in the names of tests, which every worker must collect alike."""
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert a_document("[Content_Types].xml", "xl/workbook.xml") == SHEET


def test_a_file_may_be_as_large_as_it_may_and_no_byte_larger() -> None:
    full = PDF.replace(b"%%EOF", bytes(100) + b"%%EOF")
    assert checked(full, "计划.pdf", largest=len(full)).content == full
    assert refusal(full, "计划.pdf", largest=len(full) - 1) == "large"


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (PDF, "pdf"),
        (SHEET, "xlsx"),
        (a_document("word/document.xml"), "docx"),
        (a_document("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        (a_document("content.xml", says=OPEN_SHEET), "ods"),
        (a_document("content.xml", says="application/vnd.oasis.opendocument.text"), "odt"),
        (a_picture("JPEG"), "jpg"),
        (a_picture("PNG"), "png"),
        (a_picture("WEBP"), "jpg"),
    ],
)
def test_what_offices_use_is_taken_and_gets_the_ending_that_it_has(content: bytes, ending: str) -> None:
    found = checked(content, "名字.exe", largest=1_000_000)
    assert (found.name, found.kind.ending) == (f"名字.{ending}", ending)
    assert found.kind.is_picture or found.content == content


HEADS = [b"", b"%PDF-", b"PK\x03\x04", b"\xff\xd8\xff", b"RIFF0000WEBP", b"\x89PNG\r\n\x1a\n"]


@given(st.binary(max_size=200), st.sampled_from(HEADS))
def test_whatever_comes_is_taken_or_refused_and_nothing_else_happens(content: bytes, head: bytes) -> None:
    with contextlib.suppress(FileRefused):
        assert checked(head + content, "x", largest=10_000).content


# --- names


@given(st.text(max_size=300), st.sampled_from(["jpg", "xlsx"]))
def test_a_name_is_never_a_path_nor_hidden_nor_endless(name: str, ending: str) -> None:
    clean = clean_name(name, ending)
    assert clean.endswith(f".{ending}")
    assert 1 < len(clean) <= LONGEST_NAME
    assert not clean.startswith(".")
    assert not set(clean) & set('/\\\0\n\r\u202e"')
    assert clean_name(clean, ending) == clean
    clean.encode()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\照片\\路灯.jpeg", "路灯.jpg"),
        ("路\0灯\x1b[2J.jpg", "路灯[2J.jpg"),
        ("gpj.\u202eexe", "gpj.jpg"),
        ("灯" * 300 + ".jpg", "灯" * (LONGEST_NAME - 4) + ".jpg"),
        ("报告v1.2版", "报告v1.2版.jpg"),
        ("…/..", "file.jpg"),
        ("", "file.jpg"),
    ],
)
def test_names_that_mean_harm_become_names(name: str, clean: str) -> None:
    assert clean_name(name, "jpg") == clean


# --- pictures


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_of_where_when_and_by_what_a_picture_was_taken_is_left(form: str) -> None:
    came = a_picture(form)
    assert b"PhoneMaker" in came
    found = checked(came, "灯.jpg", largest=1_000_000)
    for kept in (found.content, found.preview):
        assert b"PhoneMaker" not in kept
        assert not Image.open(io.BytesIO(kept)).getexif()


def test_a_picture_is_made_as_small_as_it_is_looked_at_and_smaller_for_the_page() -> None:
    found = checked(a_picture(size=(4_000, 1_000)), "长.jpg", largest=1_000_000)
    assert Image.open(io.BytesIO(found.content)).size == (LONGEST_SIDE, LONGEST_SIDE // 4)
    assert (
        Image.open(io.BytesIO(found.preview)).size == (found.width, found.height) == (PREVIEW_SIDE, PREVIEW_SIDE // 4)
    )


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16", "CMYK"])
def test_pictures_of_every_mode_come_out_in_their_colours(mode: str) -> None:
    came = a_picture("JPEG" if mode == "CMYK" else "PNG", mode=mode, colour="white")
    found = Image.open(io.BytesIO(checked(came, "白.png", largest=1_000_000).content))
    assert found.mode == "RGB"
    assert min(found.getpixel((5, 5))) > 240


def test_a_picture_taken_with_the_phone_turned_stands_upright() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # turned to the right
    Image.new("RGB", (60, 40)).save(out, "JPEG", exif=exif)
    assert Image.open(io.BytesIO(checked(out.getvalue(), "x", largest=10_000).content)).size == (40, 60)


# --- the shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def files_of(shelf: Shelf) -> list[str]:
    return sorted(place.name for place in shelf.root.glob("??/*"))


def later(seconds: float) -> float:
    return time.time() + seconds


def long_ago(place: Path) -> None:
    os.utime(place, (0, 0))


def test_what_is_put_twice_lies_there_once_and_comes_back_as_it_was(shelf: Shelf) -> None:
    key = shelf.put(PDF)
    assert shelf.put(PDF) == key
    assert files_of(shelf) == [key]
    with shelf.open(key) as file:
        assert file.read() == PDF


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "a" * 63, "A" * 64, f"{'a' * 63}\n", "\0" * 64])
def test_what_is_no_digest_is_no_file(shelf: Shelf, key: str) -> None:
    with pytest.raises(FileNotFoundError):
        shelf.open(key)


def test_a_full_disk_is_told_and_leaves_nothing_behind(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shelves.os, "fsync", full)
    with pytest.raises(NoRoom):
        shelf.put(PDF)
    assert files_of(shelf) == []


def test_a_half_that_lay_there_is_written_anew(shelf: Shelf) -> None:
    key = shelf.put(PDF)
    (shelf.root / key[:2] / key).write_bytes(PDF[:10])
    shelf.put(PDF)
    with shelf.open(key) as file:
        assert file.read() == PDF


def test_what_nobody_wants_goes_and_what_is_wanted_or_new_stays(shelf: Shelf) -> None:
    wanted, unwanted = shelf.put(b"wanted"), shelf.put(b"unwanted")
    assert shelf.clear(lambda keys: {wanted}, before=later(-60)) == 0  # all of it is new
    (shelf.root / "cleared").unlink()
    assert shelf.clear(lambda keys: {wanted}, before=later(60)) == 1
    assert files_of(shelf) == [wanted]
    assert not shelf.has(unwanted)


def test_it_is_cleared_once_and_then_left_alone_for_a_while(shelf: Shelf) -> None:
    key = shelf.put(PDF)
    assert shelf.clear(lambda keys: set(), before=later(-60)) == 0
    long_ago(shelf.root / key[:2] / key)
    assert shelf.clear(lambda keys: set(), before=later(-60)) == 0
    long_ago(shelf.root / "cleared")
    assert shelf.clear(lambda keys: set(), before=later(-60)) == 1
    assert files_of(shelf) == []


def test_what_was_put_again_a_moment_ago_is_not_old(shelf: Shelf) -> None:
    key = shelf.put(PDF)
    long_ago(shelf.root / key[:2] / key)
    shelf.put(PDF)
    assert shelf.clear(lambda keys: set(), before=later(-60)) == 0
    assert files_of(shelf) == [key]


def test_killed_between_writing_and_renaming_nothing_is_there_by_its_digest(shelf: Shelf) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from massline.files import shelf\n"
        "shelf.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "shelf.Shelf(Path(sys.argv[1])).put(b'half')"
    )
    died = subprocess.run([sys.executable, "-c", program, str(shelf.root)], check=False)
    assert died.returncode == -signal.SIGKILL
    (beside,) = files_of(shelf)
    assert beside.startswith(".")
    assert shelf.clear(lambda keys: set(), before=later(60)) == 1
    key = shelf.put(b"half")
    assert files_of(shelf) == [key]
    assert os.stat(shelf.root / key[:2] / key).st_size == 4


def test_every_kind_says_what_it_is_by_the_first_bytes() -> None:
    assert kind_of(PDF, "x").media_type == "application/pdf"
    assert not kind_of(SHEET, "x").is_picture

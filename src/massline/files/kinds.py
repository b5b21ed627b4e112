"""What a file is: told by its content alone. A name says what somebody calls it, and nothing else."""

import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Final

TAIL: Final = 2_048  # bytes in which a whole PDF file ends
LONGEST_NAME: Final = 100  # characters, with the ending
MOST_PARTS: Final = 5_000  # in one document: a real one has some dozens


@dataclass(frozen=True, slots=True)
class Kind:
    """ending: of the names of such files; it follows from the content. media_type: as HTTP has it."""

    ending: str
    media_type: str
    is_picture: bool = False


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
KINDS: Final = {
    kind.ending: kind
    for kind in (
        Kind("jpg", "image/jpeg", is_picture=True),
        Kind("png", "image/png", is_picture=True),
        Kind("webp", "image/webp", is_picture=True),
        Kind("pdf", "application/pdf"),
        Kind("xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
        Kind("docx", f"{_OFFICE}.wordprocessingml.document"),
        Kind("ods", f"{_OPEN}.spreadsheet"),
        Kind("odt", f"{_OPEN}.text"),
        Kind("ofd", "application/ofd"),  # GB/T 33190
    )
}
"""All that is taken, by ending."""

_PARTS: Final = {"xl/workbook.xml": "xlsx", "word/document.xml": "docx", "OFD.xml": "ofd"}
"""What only such a document holds, as ECMA-376 and GB/T 33190 have it."""


class FileRefused(ValueError):
    """A file that cannot be attached. It carries the facts; the page words them. why: a key of WHY_NOT_ATTACHED."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"The file {name!r} is not attached: {WHY_NOT_ATTACHED[why]}.")
        self.name, self.why = name, why


WHY_NOT_ATTACHED: Final = {
    "empty": "it is empty",
    "large": "it is larger than a file may be",
    "kind": "it is neither a picture nor a document of the kinds that are taken, whatever its name says",
    "broken": "it cannot be read to its end",
    "pixels": "the picture has more pixels than may be drawn",
    "macros": "it holds a program",
    "many": "there are as many as there may be",
    "disk": "there was no room to keep it",
}


def kind_of(content: bytes, name: str) -> Kind:
    """What this is. Pictures are not looked at any further: drawing them anew does so. Raises FileRefused."""
    if not content:
        raise FileRefused(name, "empty")
    if content.startswith(b"\xff\xd8\xff"):
        return KINDS["jpg"]
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return KINDS["png"]
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return KINDS["webp"]
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-TAIL:]:
            raise FileRefused(name, "broken")
        return KINDS["pdf"]
    if content.startswith(b"PK\x03\x04"):
        return _document(content, name)
    raise FileRefused(name, "kind")


def _document(content: bytes, name: str) -> Kind:
    """A document in a ZIP file. Nothing is unpacked but the line in which an OpenDocument file says what it is."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = set(archive.namelist())
            said = archive.open("mimetype").read(100).decode("ascii", "replace") if "mimetype" in parts else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as problem:
        raise FileRefused(name, "broken") from problem
    if len(parts) > MOST_PARTS:
        raise FileRefused(name, "broken")
    if any(part.lower().endswith(("vbaproject.bin", ".exe", ".js")) or part.startswith("Basic/") for part in parts):
        raise FileRefused(name, "macros")
    for part, ending in _PARTS.items():
        if part in parts:
            return KINDS[ending]
    for kind in KINDS.values():
        if said.strip() == kind.media_type:
            return kind
    raise FileRefused(name, "kind")


def clean_name(name: str, ending: str) -> str:
    """A name that can be shown and offered for saving, never used as a path: the last part of what was sent, without what cannot
    be seen, at most LONGEST_NAME characters, with the ending that the content has."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(" " if sign.isspace() else sign for sign in last if _is_seen(sign))
    stem, dot, after = seen.rpartition(".")
    if not dot or len(after) > 5 or not after.isascii():
        stem = seen
    room = LONGEST_NAME - len(ending) - 1
    return f"{' '.join(stem.split()).strip('. ')[:room].rstrip() or 'file'}.{ending}"


def _is_seen(sign: str) -> bool:
    """Neither a control sign, nor one that turns the direction of writing, nor half of one, nor one that file systems refuse."""
    return sign.isspace() or (unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')

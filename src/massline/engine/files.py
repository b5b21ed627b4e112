"""A file of any kind that can be read, opened as far as its headings."""

from pathlib import Path
from typing import Final

from massline.engine.delimited import Delimited
from massline.engine.errors import InputError
from massline.engine.sources import JsonLines, ParquetFile, Source, Spreadsheet

SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
PARQUET: Final = b"PAR1"
JSON_SUFFIXES: Final = (".jsonl", ".ndjson", ".json")
START: Final = 4096
"""Bytes from which the kind is known."""


def start_of(path: Path, *, expected: str) -> bytes:
    """The first bytes of a file, without byte order mark and space. expected: what to send, as a sentence. Raises InputError."""
    try:
        with path.open("rb") as stream:
            start = stream.read(START).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the name and the rights.") from error
    if not start:
        raise InputError(f"{path.name} is empty. {expected}")
    return start


def source_of(path: Path, *, expected: str, by_number: bool = False) -> Source:
    """The file by its content: XLSX, Parquet, JSON lines (by its suffix too), else delimited under a row of headings.

    by_number: see Delimited. Raises InputError."""
    start = start_of(path, expected=expected)
    if start.startswith(SPREADSHEETS):
        return Spreadsheet(path)
    if start.startswith(PARQUET):
        return ParquetFile(path)
    if start.startswith(b"{") or path.suffix.lower() in JSON_SUFFIXES:
        return JsonLines(path)
    return Delimited(path, by_number=by_number)

"""Which encoding a text file has, and its bytes as UTF-8, block by block. UTF-8, GB18030 (with GBK and GB2312 in
it), UTF-16 with a mark."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from massline.engine.errors import InputError

BLOCK_BYTES: Final = 16 << 20
SAMPLE_BYTES: Final = 4 << 20
BROKEN: Final = 0xFF
"""Stands in the UTF-8 stream for a byte that could not be decoded; never part of valid UTF-8."""
MARKS: Final = {"utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def encoding_of(path: Path) -> str:
    """Name of the encoding, judged by the first 4 MiB from the first byte that is not ASCII on.

    A few broken characters in a file that is otherwise clearly UTF-8 (at most one in ten) or GB18030 (one in fifty)
    do not change the judgement: their rows are rejected, the others read. Raises InputError with the byte's place
    when neither fits.
    """
    with path.open("rb") as stream:
        sample, start = stream.read(SAMPLE_BYTES), 0
        for name, mark in MARKS.items():
            if sample.startswith(mark):
                return name
        while sample.isascii():
            start += len(sample)
            sample = stream.read(SAMPLE_BYTES)
            if not sample:
                return "utf-8"
    problem = _first_problem(sample, "utf-8")
    if problem is None or _broken_share(sample, "utf-8") <= 0.1:
        return "utf-8"
    if _broken_share(sample, "gb18030") <= 0.02:
        return "gb18030"
    place = start + problem
    raise InputError(
        f"{path.name}: byte {place + 1} (0x{sample[problem]:02x}) and others after it are neither UTF-8 nor GB18030. "
        "Open the file in the program that made it and save it as UTF-8."
    )


def _first_problem(sample: bytes, name: str) -> int | None:
    try:
        codecs.getincrementaldecoder(name)().decode(sample)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _broken_share(sample: bytes, name: str) -> float:
    """Share of the characters outside ASCII that cannot be decoded."""
    text = codecs.getincrementaldecoder(name)("replace").decode(sample)
    beyond_ascii = len(text) - sum(map(str.isascii, text))
    return text.count("\N{REPLACEMENT CHARACTER}") / max(1, beyond_ascii)


@dataclass
class Utf8Stream:
    """A file's bytes as UTF-8, without the mark in front. What cannot be decoded in a file of another encoding
    becomes BROKEN bytes."""

    path: Path
    encoding: str
    _given: int = 0
    _broken: dict[int, int] = field(
        default_factory=dict
    )  # place of a BROKEN byte in what was given out -> place in the file

    def place_in_file(self, given: int) -> int:
        """Where in the file (from 1) the undecodable byte stands that was given out at this place (from 0)."""
        return self._broken[given] if self._broken else given + self._mark_bytes + 1

    @property
    def _mark_bytes(self) -> int:
        return len(MARKS.get(self.encoding, b""))

    def blocks(self) -> Iterator[bytes]:
        """Blocks of BLOCK_BYTES of the file, or what they become in UTF-8."""
        with self.path.open("rb") as stream:
            place = len(stream.read(self._mark_bytes))
            if self.encoding.startswith("utf-8"):
                yield from iter(lambda: stream.read(BLOCK_BYTES), b"")
                return
            decoder = codecs.getincrementaldecoder(self.encoding)()
            while block := stream.read(BLOCK_BYTES):
                yield self._recoded(decoder, block, place, final=False)
                place += len(block)
            yield self._recoded(decoder, b"", place, final=True)

    def _recoded(self, decoder: codecs.IncrementalDecoder, block: bytes, place: int, *, final: bool) -> bytes:
        """The block, which starts at `place` in the file, in UTF-8."""
        out = bytearray()
        while True:
            place -= len(decoder.getstate()[0])
            try:
                out += decoder.decode(block, final).encode("utf-8", "replace")
                break
            except UnicodeDecodeError as error:
                whole = bytes(error.object)
                out += whole[: error.start].decode(self.encoding).encode("utf-8", "replace")
                self._broken[self._given + len(out)] = place + error.start + 1
                out.append(BROKEN)
                block, place = whole[error.end :], place + error.end
                decoder.reset()
        self._given += len(out)
        return bytes(out)

"""Rows that could not be accepted: where, which value, why, and what to do. Counted, written down, never dropped
in silence."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from massline.engine.tables import REJECT_COLUMNS

LONGEST_VALUE: Final = 200
"""Characters of a rejected value that are kept: enough to find it again."""

REASONS: Final[dict[str, dict[str, str]]] = {
    "cells": {
        "en": "This row has {fact} cells; the headings have another number. Check the separators and quotation marks.",
        "zh": "本行有 {fact} 个单元格，与标题行的列数不同。请检查分隔符和引号。",
    },
    "empty_text": {
        "en": "The text is empty. Write the message into this cell, or leave the row out.",
        "zh": "正文为空。请在此单元格填写留言，或删去本行。",
    },
    "long_text": {
        "en": "This cell has {fact} characters; the most is 1,000,000. Shorten it or split it.",
        "zh": "此单元格有 {fact} 个字符，最多 1,000,000 个。请缩短或拆分。",
    },
    "long_message": {
        "en": "This message has {fact} characters; the product takes 100,000. Shorten it or split it.",
        "zh": "此留言有 {fact} 个字符，系统最多接受 100,000 个。请缩短或拆分。",
    },
    "nothing_shown": {
        "en": "This text has invisible characters only. Write the message into this cell, or leave the row out.",
        "zh": "此正文只有不可见字符，什么也显示不出来。请在此单元格填写留言，或删去本行。",
    },
    "long_row": {
        "en": "This row is longer than 64 MiB. Perhaps a quotation mark is not closed; check it.",
        "zh": "本行超过 64 MiB，可能有引号没有闭合，请检查。",
    },
    "encoding": {
        "en": "Byte {fact} of the file is not readable text. Save the file as UTF-8 again, or repair this row.",
        "zh": "文件第 {fact} 个字节不是可读的文字。请把文件重新存为 UTF-8，或修复本行。",
    },
    "nul": {
        "en": "This cell holds a NUL character (0x00), which is no text. The file may be damaged; repair this row.",
        "zh": "此单元格含有空字符（0x00），不是文字。文件可能已损坏，请修复本行。",
    },
    "cut": {
        "en": "The file ends inside this row: perhaps it was cut off, or a quotation mark is not closed. Send it again whole.",
        "zh": "文件在本行中途结束：可能被截断，或引号没有闭合。请重新提供完整的文件。",
    },
    "duplicate_id": {
        "en": "This id was used by an earlier row; each id may stand once. Give the row an id of its own, or leave it out.",
        "zh": "此编号已被前面的行使用，每个编号只能出现一次。请换一个编号，或删去本行。",
    },
    "unreadable_time": {
        "en": "This is not a time that can be read. Write it like 2026-01-31 09:30:00, or leave the cell empty.",
        "zh": "无法识别此时间。请写成 2026-01-31 09:30:00 的样子，或留空。",
    },
    "impossible_time": {
        "en": "This time lies outside the years 1900 to 2100 or is on no calendar. Correct it, or leave the cell empty.",
        "zh": "此时间不在 1900 年至 2100 年之间，或日历上没有这一天。请改正，或留空。",
    },
    "no_id": {
        "en": "The id is empty. Write the id into this cell, or leave the row out.",
        "zh": "编号为空。请在此单元格填写编号，或删去本行。",
    },
    "unknown_vote": {
        "en": "This is no known vote. Write 1 or agree, -1 or disagree, 0 or pass, or leave the cell empty.",
        "zh": "无法识别此表态。请写 1 或赞成、-1 或反对、0 或略过，或留空。",
    },
    "empty_topic": {
        "en": "The topic is empty. Write the topic that this case had, or leave the row out.",
        "zh": "分类为空。请填写该事项的分类，或删去本行。",
    },
    "unknown_topic": {
        "en": "This topic is not in the list of topics. Write one of the list, or add it there.",
        "zh": "此分类不在分类表中。请改用表中的分类，或把它加入分类表。",
    },
    "json": {
        "en": 'This line is not a JSON object: {fact}. Write one object a line, like {{"text": "..."}}.',
        "zh": '本行不是 JSON 对象：{fact}。请每行写一个对象，例如 {{"text": "……"}}。',
    },
}
"""Code of a reason -> its sentence in each language of the interface. `{fact}` is the number or word that the
reader measured."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not accepted. It carries facts; `sentence` words them.

    row: 1 is the first row under the headings; a cell with line breaks is still one row, a blank line is none.
    column: the heading as it stands in the file; "*" when the whole row is meant. value: cut to 200 characters.
    """

    file: str
    row: int
    column: str
    value: str
    code: str
    fact: str = ""

    @classmethod
    def of(  # noqa: PLR0913 - the fields of a reject
        cls, file: str, row: int, *, value: str, code: str, column: str = "*", fact: str = ""
    ) -> Self:
        """A reject whose value is cut to what is kept."""
        return cls(file, row, column, value.strip()[:LONGEST_VALUE], code, fact)

    @property
    def reason(self) -> str:
        """The sentence in English, as rejects.csv has it."""
        return self.sentence("en")

    def sentence(self, language: str) -> str:
        """What is wrong and how to go on, in "zh" or "en"."""
        return REASONS[self.code][language].format(fact=self.fact)


class RejectFile:
    """rejects.csv, written row by row while reading, so that a million rejects need no memory. Call it with each
    reject.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """

    def __init__(self, path: Path, *, language: str = "en") -> None:
        self.count = 0
        self._language = language
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._stream)  # RFC 4180; its line ends make it quote a lone carriage return too
        self._writer.writerow(REJECT_COLUMNS)

    def __call__(self, reject: Reject) -> None:
        cells = (reject.file, str(reject.row), reject.column, reject.value, reject.sentence(self._language))
        self._writer.writerow([without_formula(cell) for cell in cells])
        self.count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def write_rejects(path: Path, rejects: Iterable[Reject], *, language: str = "en") -> int:
    """Write rejects.csv and return how many rows it has. See `RejectFile` for writing while reading."""
    with RejectFile(path, language=language) as file:
        for reject in rejects:
            file(reject)
    return file.count


def without_formula(cell: str) -> str:
    """The cell as a spreadsheet may show it: an apostrophe goes in front of what would start a formula (OWASP's
    list)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell

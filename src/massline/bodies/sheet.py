"""A sheet of bodies as an operator has it: text in, rows and problems out. Pure; pages and commands word the problems.

A sheet is CSV, or what a spreadsheet puts on the clipboard (tabs). Headings and levels are English or Chinese."""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from massline.bodies.rules import Level

COLUMNS = ("code", "name", "level", "under", "name_en", "duties", "promise_days")
NEEDED = COLUMNS[:3]
MOST_ROWS = 2_000
LONGEST = {"code": 20, "name": 200, "name_en": 200}  # characters, as models.Body has them

HEADINGS: Mapping[str, str] = {
    **{name: name for name in COLUMNS},
    **dict.fromkeys(("代码", "编码", "编号", "区划代码"), "code"),
    **dict.fromkeys(("名称", "单位", "单位名称"), "name"),
    **dict.fromkeys(("级别", "层级"), "level"),
    **dict.fromkeys(("上级", "上级代码"), "under"),
    **dict.fromkeys(("英文名", "英文名称"), "name_en"),
    **dict.fromkeys(("职责", "职能"), "duties"),
    **dict.fromkeys(("承诺期限", "承诺天数", "答复期限"), "promise_days"),
}
LEVELS: Mapping[str, Level] = {
    **{level.value: level for level in Level},
    **dict.fromkeys(("省", "自治区", "直辖市"), Level.PROVINCE),
    **dict.fromkeys(("市", "地级市", "州"), Level.CITY),
    **dict.fromkeys(("县", "区", "县级市", "旗"), Level.COUNTY),
    **dict.fromkeys(("乡镇", "街道", "镇", "乡"), Level.TOWNSHIP),
    **dict.fromkeys(("村", "社区", "村社区", "村或社区"), Level.VILLAGE),
    **dict.fromkeys(("部门", "局", "委办局"), Level.DEPARTMENT),
}


class Fault(StrEnum):
    """What can be wrong with a cell."""

    EMPTY = "empty"
    TAKEN = "taken"
    TOO_LONG = "too long"
    NO_LEVEL = "no level"
    NOT_ABOVE = "not above"
    NO_NUMBER = "no number"


@dataclass(frozen=True, slots=True)
class Row:
    """One body to be. under: code of the body above, "" for the one that the sheet is put under.

    promise_days: working days, None for the house's own promise."""

    number: int
    code: str
    name: str
    level: Level
    under: str
    name_en: str
    duties: str
    promise_days: int | None


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that cannot be used. row: 1 is the first under the headings."""

    row: int
    column: str
    value: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read. Its rows may be added only where there are no problems: all rows or none."""

    rows: list[Row]
    problems: list[Problem]


class SheetUnreadable(ValueError):
    """The sheet as a whole cannot be used. missing: headings; rows: how many, where they are too many; neither: open quotes."""

    def __init__(self, missing: Collection[str] = (), rows: int = 0) -> None:
        super().__init__(f"headings missing: {', '.join(missing) or 'none'}; rows: {rows}, {MOST_ROWS} at most")
        self.missing, self.rows = tuple(missing), rows


def decode(content: bytes) -> str:
    """The text of a file as spreadsheets save it in China: UTF-8, else GB 18030. Never fails; what is neither looks wrong."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def read_sheet(text: str, known: Collection[str]) -> Sheet:
    """Rows in order and what is wrong with them. known: codes of the bodies that there are. Raises SheetUnreadable.

    A row with a problem still counts as a body above for later rows: one slip is told once."""
    lines = [line for line in text.replace("\x00", "").splitlines() if line.strip()]
    if len(lines) > MOST_ROWS + 1:
        raise SheetUnreadable(rows=len(lines) - 1)
    headings, *cells = _table(lines) or [[]]
    columns = [HEADINGS.get(heading.strip().lower(), "") for heading in headings]
    if missing := [name for name in NEEDED if name not in columns]:
        raise SheetUnreadable(missing=missing)
    rows, problems, codes = list[Row](), list[Problem](), set(known)
    for number, line in enumerate(cells, 1):
        row = {name: cell.strip() for name, cell in zip(columns, line, strict=False) if name}
        found = list(_problems(number, row, codes))
        codes.add(row.get("code", ""))
        problems += found
        if not found:
            rows.append(_row(number, row))
    return Sheet(rows, problems)


def _table(lines: list[str]) -> list[list[str]]:
    """Cells, by the mark that the headings have most of; rows of empty cells are left out. Raises SheetUnreadable."""
    mark = max("\t,;", key=lines[0].count) if lines else ","
    try:
        return [row for row in csv.reader([f"{line}\n" for line in lines], delimiter=mark) if any(map(str.strip, row))]
    except csv.Error:
        raise SheetUnreadable from None


def _problems(number: int, row: Mapping[str, str], codes: Collection[str]) -> Iterator[Problem]:
    for name in NEEDED:
        if not row.get(name):
            yield Problem(number, name, "", Fault.EMPTY)
    for name, value in row.items():
        fault = _fault(name, value, codes) if value else None
        if fault:
            yield Problem(number, name, value, fault)


def _fault(name: str, value: str, codes: Collection[str]) -> Fault | None:
    """What is wrong with one cell that holds something."""
    if len(value) > LONGEST.get(name, len(value)):
        return Fault.TOO_LONG
    match name:
        case "code":
            return Fault.TAKEN if value in codes else None
        case "level":
            return None if value.lower() in LEVELS else Fault.NO_LEVEL
        case "under":
            return None if value in codes else Fault.NOT_ABOVE
        case "promise_days":
            good = value.isascii() and value.isdecimal() and 0 < int(value[:9]) < 1000
            return None if good else Fault.NO_NUMBER
    return None


def _row(number: int, row: Mapping[str, str]) -> Row:
    """A row without problems."""
    days = row.get("promise_days", "")
    return Row(
        number=number,
        code=row["code"],
        name=row["name"],
        level=LEVELS[row["level"].lower()],
        under=row.get("under", ""),
        name_en=row.get("name_en", ""),
        duties=row.get("duties", ""),
        promise_days=int(days) if days else None,
    )

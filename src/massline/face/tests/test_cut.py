"""What is cut from a style sheet, and that nothing of ours is."""

import re
from pathlib import Path

import pytest

from massline.face.cut import UNUSED, cut

HOUSE = Path(__file__).resolve().parents[2]
NEVER = (".never", "[data-never")


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".never{a:b}.used{c:d}", ".used{c:d}"),
        (".never,.used{a:b}", ".used{a:b}"),
        (".used .never{a:b}", ""),
        (".used:not(.never){a:b}", ".used:not(.never){a:b}"),
        (".used:is(.never,[data-never=x]){a:b}", ""),
        (".used:is(.never,a){a:b}", ".used:is(.never,a){a:b}"),
        (":is(.never:hover,.never .used)>a{a:b}", ""),
        (".used:has(:not(.never)){a:b}", ".used:has(:not(.never)){a:b}"),
        ("@media print{.never{a:b}}", ""),
        ("@media print{.never{a:b}.used{c:d}}", "@media print{.used{c:d}}"),
        (".used{a:b;&.never{c:d}& a{e:f}}", ".used{a:b;& a{e:f}}"),
        (".used{a:b;&:focus{c:d};e:f}", ".used{a:b;&:focus{c:d}e:f}"),
    ],
)
def test_only_what_can_never_be_met_is_cut(sheet: str, left: str) -> None:
    assert cut(sheet, NEVER) == left


@pytest.mark.parametrize(
    "kept",
    [
        '.used{content:"} .never{  "}',
        ".used{background:url(data:image/svg+xml;x,%7B)}",
        ".used{--empty:}",
        ".used{width:calc(1px + 2px)}",
        ":is(a, b) > c{a:b c}",
    ],
)
def test_what_stands_in_quotation_marks_and_between_words_stays(kept: str) -> None:
    assert cut(kept, NEVER).replace("; }", "}") == kept


def test_comments_and_indents_go() -> None:
    assert cut("/* .used{ */\n.used {\n  color: red; /* why */\n}\n", NEVER) == ".used{color:red}"


@pytest.mark.parametrize("broken", [".used{a:b", ".used{a:b}}", "a{b{c:d}"])
def test_a_sheet_with_a_brace_too_many_or_too_few_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match="The sheet"):
        cut(broken, NEVER)


def test_no_page_of_ours_uses_what_is_cut() -> None:
    """Whoever needs one of these names takes its line out of `cut.UNUSED`, and has its rules."""
    paths = [path for kind in ("html", "py", "js") for path in HOUSE.glob(f"**/*.{kind}")]
    ours = [path for path in paths if not {"tests", "vendor"} & set(path.parts) and path.name != "cut.py"]
    texts = {path.relative_to(HOUSE): path.read_text(encoding="utf-8") for path in ours}
    assert len(texts) > 300
    used = {(name, str(path)) for name in UNUSED for path, text in texts.items() if _named(name, text)}
    assert used == set()


def _named(name: str, text: str) -> bool:
    """Whether a page could come to hold it: as a class, an attribute with this value or one that is put in, or set by script."""
    attribute, equals, value = name.strip("[]").partition("=")
    if not name.startswith("["):
        return re.search(rf"(?<![\w-]){re.escape(name.lstrip('.:').removeprefix('@keyframes '))}", text) is not None
    by_script = "dataset." + re.sub(r"-(\w)", lambda at: at[1].upper(), attribute.removeprefix("data-"))
    if not equals:
        return re.search(rf"(?<![\w-]){attribute}(?![\w-])", text) is not None or f"{by_script}" in text.split()
    given = rf"""(?<![\w-]){attribute}["']?[=:,] ?["']?[^"'>]*({re.escape(value)}|{{{{)"""
    return re.search(given, text) is not None

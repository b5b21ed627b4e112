"""A style sheet without the rules that no page of ours can meet. Pure: text in, text out.

The design library is written for everybody; of its rules half speak of parts and states that our templates never hold (UNUSED).
A test reads every template, script and form of the house and fails when one of these names is used after all: then its line goes
from the list, and the rules are there again."""

import re
from collections.abc import Collection, Sequence
from typing import Final, TypeAlias

UNUSED: Final = (
    ".ds-card__block",
    ".ds-checkbox--checked",
    ".ds-field-affix",
    ".ds-floating",
    ".ds-focus",
    ".ds-icon",
    ".ds-link",
    ".ds-list--unstyled",
    ".ds-pagination",
    ".ds-print-preserve",
    ".ds-skiplink",
    "@keyframes ds-fade-in",
    "[aria-readonly",
    "[aria-sort",
    "[data-border",
    "[data-clickdelegatefor",
    "[data-color-scheme",
    "[data-field=counter",
    "[data-hover",
    "[data-icon",
    "[data-overscroll",
    "[data-position=",
    "[data-size",
    "[data-state=over",
    "[data-sticky-header",
    "[data-variant=default",
    "[data-variant=tinted",
    "[data-weight",
    "[data-width=",
    "[data-zebra",
    ":click-delegate-hover",
)
"""Beginnings of what a selector may name, as the vendored sheet writes them."""

_PIECE: Final = re.compile(r'"[^"]*"|\'[^\']*\'|url\([^)"\']*\)|/\*.*?\*/|[{};]|[^"\'{};u/]+|.', re.DOTALL)
_GROUP: Final = re.compile(r":(is|where|has|not)\(")
_SPACE: Final = re.compile(r"\s+")

Rules: TypeAlias = "list[str | tuple[str, Rules]]"


def cut(sheet: str, unused: Collection[str] = UNUSED) -> str:
    """The sheet without comments, needless space, and rules whose every selector names something unused.

    Raises ValueError where a brace is missing. Cost: a hundredth of a second for 100 kB."""
    pieces = [piece.group() for piece in _PIECE.finditer(sheet) if not piece.group().startswith("/*")]
    rules, rest = _rules(pieces, 0)
    if rest < len(pieces):
        raise ValueError("The sheet has a } without its {.")
    return _written(_kept(rules, unused))


def _rules(pieces: Sequence[str], at: int) -> tuple[Rules, int]:
    """Declarations and rules from here to the closing brace or the end, nested rules too; and where that is."""
    found: Rules = []
    text = ""
    while at < len(pieces) and pieces[at] != "}":
        if pieces[at] == "{":
            inside, at = _rules(pieces, at + 1)
            if at == len(pieces):
                raise ValueError(f"The sheet ends in the middle of a rule: {text.strip()!r}.")
            found.append((text.strip(), inside))
            text = ""
        elif pieces[at] == ";":
            found, text = _with(found, text), ""
        else:
            text += pieces[at]
        at += 1
    return _with(found, text), at


def _with(rules: Rules, declaration: str) -> Rules:
    return [*rules, declaration.strip()] if declaration.strip() else rules


def _kept(rules: Rules, unused: Collection[str]) -> Rules:
    kept: Rules = []
    for rule in rules:
        if isinstance(rule, str):
            kept.append(rule)
            continue
        head, inside = rule[0], _kept(rule[1], unused)
        if head.startswith("@"):
            named = any(head.startswith(name) for name in unused)
        else:
            head = ",".join(one.strip() for one in _parts(head) if not _never(one, unused))
            named = not head
        if inside and not named:
            kept.append((head, inside))
    return kept


def _never(selector: str, unused: Collection[str]) -> bool:
    """Whether nothing can match. What stands in :not(…) may be unused; of :is(…), :where(…), :has(…) one way in is enough."""
    rest = ""
    while group := _GROUP.search(selector):
        end = _closing(selector, group.end())
        inside = selector[group.end() : end]
        if group[1] != "not" and all(_never(one, unused) for one in _parts(inside)):
            return True
        rest += selector[: group.start()]
        selector = selector[end + 1 :]
    return any(name in rest + selector for name in unused)


def _parts(selectors: str) -> list[str]:
    """What commas part, those in brackets left alone."""
    parts, depth = [""], 0
    for sign in selectors:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _closing(text: str, start: int) -> int:
    """Where the bracket closes that was opened before `start`."""
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    raise ValueError(f"A bracket is not closed in {text!r}.")


def _written(rules: Rules) -> str:
    return ";".join(_one(rule) for rule in rules).replace("};", "}")


def _one(rule: str | tuple[str, Rules]) -> str:
    if isinstance(rule, str):
        name, colon, value = rule.partition(":")
        return f"{name.strip()}{colon}{_narrow(value)}"
    return f"{_narrow(rule[0])}{{{_written(rule[1])}}}"


def _narrow(text: str) -> str:
    """Runs of white space become one; those in quotation marks stay."""
    pieces = re.split(r'("[^"]*"|\'[^\']*\')', text)
    return "".join(piece if at % 2 else _SPACE.sub(" ", piece) for at, piece in enumerate(pieces)).strip()

"""Only actions write, each asks for the right, and each leaves an entry in the log."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from massline.rights import MAY

HOUSE = Path(__file__).resolve().parents[2] / "src/massline"
APPS = sorted(path.parent.name for path in HOUSE.glob("*/models.py"))
WRITES = {
    "save", "asave", "delete", "update", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "add_root", "add_child", "executemany",
}  # fmt: skip


def calls(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, name of the method and source of the receiver of every method call in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, node.func.attr, ast.unparse(node.func.value)


def product_files() -> list[Path]:
    return [
        path
        for app in APPS
        for path in (HOUSE / app).rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts) and path.name != "actions.py"
    ]


@pytest.mark.parametrize("path", product_files(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_nothing_outside_actions_writes_a_row(path: Path) -> None:
    writes = [
        f"line {line}: {receiver}.{name}()"
        for line, name, receiver in calls(path)
        if name in WRITES and ("objects" in receiver or name in {"save", "delete"} or "queryset" in receiver)
    ]
    assert not writes


def verbs(app: str) -> dict[str, ast.FunctionDef]:
    """The public functions of an app's actions.py."""
    path = HOUSE / app / "actions.py"
    if not path.exists():
        return {}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"}


def rights_asked(verb: ast.FunctionDef) -> list[str]:
    return [
        ast.literal_eval(node.args[1])
        for node in ast.walk(verb)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "require"
    ]


VERBS = [(app, name, verb) for app in APPS if app != "ledger" for name, verb in verbs(app).items()]


@pytest.mark.parametrize(("app", "name", "verb"), VERBS, ids=[f"{app}.{name}" for app, name, _ in VERBS])
def test_every_verb_asks_for_one_right_of_its_app(app: str, name: str, verb: ast.FunctionDef) -> None:
    asked = rights_asked(verb)
    assert len(asked) == 1
    assert asked[0] in MAY
    assert asked[0].startswith(f"{app}.")


def test_every_right_belongs_to_one_verb() -> None:
    asked = [right for _, _, verb in VERBS for right in rights_asked(verb)]
    assert sorted(asked) == sorted(MAY)

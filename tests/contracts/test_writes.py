"""Only actions write, each asks for the right, and each leaves an entry in the log."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from massline.rights import MAY

HOUSE = Path(__file__).resolve().parents[2] / "src/massline"
APPS = sorted(
    path.relative_to(HOUSE).parts[0]
    for place in ("models.py", "models/__init__.py")
    for path in HOUSE.glob(f"*/{place}")
)
WRITES = {
    "save", "asave", "delete", "update", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "add_root", "add_child", "executemany",
}  # fmt: skip


def calls(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, name of the method and source of the receiver of every method call in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, node.func.attr, ast.unparse(node.func.value)


def action_files(app: str) -> list[Path]:
    """An app's actions.py, or the files of its package of that name."""
    return sorted([*(HOUSE / app).glob("actions.py"), *(HOUSE / app).glob("actions/*.py")])


def product_files() -> list[Path]:
    return [
        path
        for app in APPS
        for path in (HOUSE / app).rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts) and path not in action_files(app)
    ]


@pytest.mark.parametrize("path", product_files(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_nothing_outside_actions_writes_a_row(path: Path) -> None:
    writes = [
        f"line {line}: {receiver}.{name}()"
        for line, name, receiver in calls(path)
        if name in WRITES and ("objects" in receiver or name in {"save", "delete"} or "queryset" in receiver)
    ]
    assert not writes


def functions(app: str) -> dict[str, ast.FunctionDef]:
    """Every function of an app's actions."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in action_files(app)]
    return {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}


def verbs(app: str) -> dict[str, ast.FunctionDef]:
    """The public functions of an app's actions.py; of a package, those that it hands out."""
    package, own = HOUSE / app / "actions/__init__.py", functions(app)
    if not package.exists():
        return {name: verb for name, verb in own.items() if name[0] != "_"}
    imports = [node for node in ast.parse(package.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)]
    return {name.name: own[name.name] for node in imports for name in node.names if name.name in own}


def test_only_verbs_are_taken_from_actions() -> None:
    """What a package of actions does not hand out is for its own files."""
    reached_into = re.compile(r"^(?:from|import) massline\.\w+\.actions\.", re.MULTILINE)
    others = [path for path in HOUSE.rglob("*.py") if not {"actions", "tests"} & set(path.parts)]
    assert len(others) > 100
    assert [path for path in others if reached_into.search(path.read_text(encoding="utf-8"))] == []


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

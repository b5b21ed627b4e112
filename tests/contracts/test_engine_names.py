"""The front door of the engine: what it shows is what the reference describes."""

import re
from pathlib import Path

import massline.engine

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "engine.md"


def described() -> list[str]:
    """Names in the table under "Public names", in the order of the page."""
    table = PAGE.read_text(encoding="utf-8").split("## Public names")[1]
    return re.findall(r"^\| `(\w+)", table, flags=re.MULTILINE)


def test_every_public_name_is_described_once_and_nothing_else_is() -> None:
    assert sorted(described()) == sorted(massline.engine.__all__)


def test_every_public_name_exists_and_says_what_it_is() -> None:
    for name in massline.engine.__all__:
        thing = getattr(massline.engine, name)
        assert isinstance(thing, str) or thing.__doc__, name

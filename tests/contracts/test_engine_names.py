"""The front door of the engine: what it shows is what the reference describes."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from massline.engine import FRONT_DOOR

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "engine.md"
NAMES = [f"{module}.{name}" for module, names in FRONT_DOOR.items() for name in names]


def described() -> list[str]:
    """Names in the table under "Public names", in the order of the page."""
    table = PAGE.read_text(encoding="utf-8").split("## Public names")[1]
    return re.findall(r"^\| `(\w+\.\w+)", table, flags=re.MULTILINE)


def test_every_public_name_is_described_once_and_nothing_else_is() -> None:
    assert sorted(described()) == sorted(NAMES)


def test_every_public_name_exists_and_says_what_it_is() -> None:
    for name in NAMES:
        module, _, thing = name.partition(".")
        found = getattr(import_module(f"massline.engine.{module}"), thing)
        assert isinstance(found, str) or found.__doc__, name


def test_masking_a_text_loads_no_compiled_code() -> None:
    """Every page of the product can mask; two seconds and a hundred megabytes of compiler are the worker's alone."""
    heavy = {"numba", "numpy", "pyarrow"}
    program = f"import sys; from massline.engine.mask import mask; mask('x'); print({heavy} & {{*sys.modules}})"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"

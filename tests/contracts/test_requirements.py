"""requirements/*.txt pin what pyproject.toml asks for, by digest, and name no place to download from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LISTS = {
    "base": PROJECT["project"]["dependencies"],
    "dev": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["postgres"],
        *PROJECT["dependency-groups"]["dev"],
    ],
    "tools": [
        line for line in (ROOT / "requirements/tools.in").read_text(encoding="utf-8").splitlines() if line[:1] != "#"
    ],
}


def text(name: str) -> str:
    return (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    """Package -> version."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", text(name), flags=re.MULTILINE)
    return {canonicalize_name(package): version for package, version in found}


@pytest.mark.parametrize("name", LISTS)
def test_every_dependency_is_pinned_within_its_range(name: str) -> None:
    for wanted in map(Requirement, LISTS[name]):
        version = pins(name).get(canonicalize_name(wanted.name))
        assert version is not None, f"requirements/{name}.txt lacks {wanted.name}: run uv pip compile again"
        assert version in wanted.specifier, f"{wanted} is pinned to {version}"


@pytest.mark.parametrize("name", LISTS)
def test_every_pin_has_a_digest_and_no_address(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", text(name).strip())
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text(name)


@pytest.mark.parametrize("name", ["dev", "tools"])
def test_tests_run_with_the_versions_that_users_get(name: str) -> None:
    both = pins("base").keys() & pins(name).keys()
    assert both
    assert {package: pins("base")[package] for package in both} == {package: pins(name)[package] for package in both}

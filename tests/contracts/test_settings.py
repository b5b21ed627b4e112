"""docs/reference/settings.md lists the settings that there are, and no others."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"MASSLINE_[A-Z_]+")


def read_by_the_house() -> set[str]:
    source = (ROOT / "src/massline/project/settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'env_\w+\(\s*"(MASSLINE_[A-Z_]+)"', source))
    return names | {f"{name}_FILE" for name in re.findall(r'env_secret\("(MASSLINE_[A-Z_]+)"', source)}


def documented() -> list[str]:
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `(MASSLINE_[A-Z_]+)` \|", page, flags=re.MULTILINE)


def test_every_setting_is_described_once_and_none_that_is_not_read() -> None:
    assert sorted(documented()) == sorted(read_by_the_house())


def test_what_the_scripts_set_is_a_setting_that_the_house_reads() -> None:
    scripts = [path for path in (ROOT / "scripts").iterdir() if path.is_file()]  # bytecode may lie there too
    assert len(scripts) > 5
    for script in scripts:
        unknown = set(NAME.findall(script.read_text(encoding="utf-8"))) - read_by_the_house()
        assert not unknown, f"{script.name} sets {sorted(unknown)}"

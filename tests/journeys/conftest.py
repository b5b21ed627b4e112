"""One running house for all journeys of a session, and a Chromium for each file of them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.house import House, running
from tests.journeys.looks import AXE
from tests.journeys.person import Person

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAYS = {
    "Chinese on a desk": {"language": "zh-CN"},
    "English on a phone": {"language": "en-GB", "size": (390, 844)},
    "Chinese at 320 px without script": {"language": "zh-CN", "size": (320, 640), "script": False},
}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """For one file only: while Playwright's loop runs, Django lets no test of another file at its database.

    Debian's Chromium; without it, or without axe-core, the journeys are skipped (scripts/journeys installs both)."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path("/usr/bin/chromium").exists() or not AXE.exists():
        pytest.skip("Chromium or axe-core is missing. Run: scripts/journeys")
    with playwright.sync_playwright() as running_playwright:
        browser = running_playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def somebody(chromium: Any, house: House) -> Iterator[Callable[..., Person]]:
    """somebody(language=…, size=…, script=…) -> a person with a browser of her own; at the end nothing may have strayed."""
    came: list[Person] = []

    def comes(**way: Any) -> Person:
        came.append(Person(chromium, house, **way))
        return came[-1]

    yield comes
    for person in came:
        person.leaves()


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def way(request: pytest.FixtureRequest) -> Any:
    return request.param

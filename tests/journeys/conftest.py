"""One running house for all journeys of a process, and the people who come to it."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.journeys.house import House, furnished, running
from tests.journeys.person import Person

WAYS = {
    "Chinese on a desk": {"language": "zh-CN"},
    "English on a phone": {"language": "en-GB", "size": (390, 844)},
    "Chinese at 320 px without script": {"language": "zh-CN", "size": (320, 640), "script": False},
}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Furnished once for all processes of a run; each has its own copy of it, in which its own people act."""
    own = tmp_path_factory.getbasetemp()
    of_all = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    shutil.copytree(furnished(of_all / "furnished"), own / "house")
    with running(own / "house") as house:
        yield house


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

"""The tests' environment: what an operator must set is set here, before Django reads it.

The settings module is named here and not in pyproject.toml, because pytest-django would read that one before this file."""

import gc
import os
import tempfile
from collections.abc import Iterator
from itertools import count
from math import inf
from typing import Any

import django
import hypothesis
import pytest
from django.conf import settings
from tests import browser
from tests.journeys.looks import AXE

from massline.sums import SUMS

# What is loaded for all the tests stays to the end: a sixth of their time went into looking through it for what may go.
gc.disable()
gc.set_threshold(50_000, 20, 50)

# No example is judged by its time: the first call of a compiled function takes seconds, and a busy machine makes anything slow.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

os.environ.setdefault("MASSLINE_SECRET_KEY", "a key for tests only, it protects nothing at all")
os.environ.setdefault("MASSLINE_HTTPS", "False")
os.environ.setdefault("MASSLINE_DEMO", "True")
os.environ.setdefault("MASSLINE_DEBUG", "False")
os.environ.setdefault("MASSLINE_TEACH", "0")  # tests of the pages need themes, not good ones
_attachments = tempfile.TemporaryDirectory(prefix="massline-attachments-")  # goes with the last test
os.environ["MASSLINE_ATTACHMENTS"] = _attachments.name
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "massline.project.settings")
django.setup()

LOGS = count()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long walks in a browser first: a long test that begins last is waited for with one core idle. Of them the longest
    first, so that a process with nothing more to do takes short ones off the other."""
    items.sort(
        key=lambda item: (item.get_closest_marker("journey") is None, item.get_closest_marker("timeout") is None)
    )


def pytest_collection_finish() -> None:
    gc.enable()
    gc.freeze()


# Style sheets and scripts straight from the folders they are written in, under their own names: nothing is collected first.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True


@pytest.fixture(autouse=True)
def _own_log(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test publishes its own log: what another test has published is of another history."""
    folder = tmp_path_factory.getbasetemp() / f"log-{next(LOGS)}"
    monkeypatch.setattr(settings, "LOG_ROOT", str(folder / "log"))
    monkeypatch.setattr(settings, "LOG_KEY", str(folder / "key"))


@pytest.fixture(autouse=True)
def _sums_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, pages show what a test has just done."""
    monkeypatch.setattr(SUMS, "worth", inf)
    monkeypatch.setattr(SUMS, "shelf", lambda: None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """For one file only: while Playwright's loop runs, Django lets no test of another file at its database.

    Without Chromium or axe-core the test is skipped (scripts/test installs both)."""
    pytest.importorskip("playwright.sync_api")
    if not browser.CHROMIUM.exists() or not AXE.exists():
        pytest.skip("Chromium or axe-core is missing. Run: scripts/journeys")
    with browser.started() as running:
        yield running

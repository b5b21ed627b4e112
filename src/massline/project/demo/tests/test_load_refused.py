"""What stands in the way of a made-up county, and what is left when making it breaks: nothing."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from massline.ledger.models import Entry
from massline.project.demo import load as loading
from massline.project.demo.load import load

pytestmark = pytest.mark.django_db


def test_a_real_installation_never_gets_made_up_people(settings: Any) -> None:
    settings.MASSLINE_DEMO = False
    with pytest.raises(CommandError, match="MASSLINE_DEMO"):
        call_command("load_demo")


def test_a_load_that_breaks_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(loading, "request_run", full)
    with pytest.raises(DatabaseError):
        load(60)
    assert not Entry.objects.exists()

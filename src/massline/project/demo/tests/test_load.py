"""The county's five months, as the demo shows them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from massline.bodies.models import Body
from massline.concentrate.carrying import plan
from massline.concentrate.models import Act, Edition, HotMatter, Run
from massline.concentrate.rules import ActKind
from massline.gather.models import Call, Message
from massline.gather.rules import read_receipt
from massline.ledger.actions import sequence
from massline.ledger.models import Entry
from massline.ledger.queries import verify_log
from massline.people.models import User
from massline.project.demo.load import Loaded, load
from massline.respond.models import Case, Turn
from massline.respond.rules import State, TurnKind
from massline.supervise.models import Rating

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Loaded]:
    """A county of 500 messages, made once for this file and taken away after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load(500)
        transaction.set_rollback(True)


def test_every_level_every_role_and_every_state_is_there(loaded: Loaded) -> None:
    assert loaded.messages == Message.objects.count() == 500
    assert Body.objects.count() == 1 + 6 + 24 + 12
    assert set(User.objects.values_list("role", flat=True)) == {"handler", "leader", "inspector", "analyst", "operator"}
    assert {call.state(timezone.now()) for call in Call.objects.all()} == {"open", "closed", "answered"}
    assert set(Case.objects.values_list("state", flat=True)) == set(State)
    assert set(Turn.objects.values_list("kind", flat=True)) == set(TurnKind)
    assert Case.objects.overdue(timezone.localdate()).exists()
    assert Case.objects.filter(escalated_at__isnull=False).exists()
    assert {rating.solved for rating in Rating.objects.all()} == {True, False}


def test_every_call_has_themes(loaded: Loaded) -> None:
    for call in Call.objects.all():
        run = Run.objects.current(call)
        assert run is not None
        assert run.themes.exists()


def test_every_theme_has_a_name_that_the_county_can_read(loaded: Loaded) -> None:
    names = [
        theme.label for run in map(Run.objects.current, Call.objects.all()) if run for theme in run.themes.coarsest()
    ]
    assert names
    assert not [name for name in names if name.isascii()]


def test_an_analyst_has_read_each_call_that_ended_and_published_it(loaded: Loaded) -> None:
    for call in Call.objects.filter(closes_at__lt=timezone.now()):
        assert call.editions.filter(number=1).exists()
    corrections = Edition.objects.filter(number=2)
    assert corrections.exists()
    for edition in corrections:
        assert edition.note
        assert edition.facts["counts"]["messages"] == edition.run.whole > 0
        assert {"new", "counted"} <= {change["kind"] for change in edition.changes}


def test_after_a_second_run_a_name_waits_to_be_given_again(loaded: Loaded) -> None:
    runs = [Run.objects.current(call) for call in Call.objects.all() if call.runs.count() == 2]
    names = [(act, run) for run in runs for act in Act.objects.to_carry(run).filter(kind=ActKind.RENAMED)]
    assert any(not plan(act, run).reason for act, run in names)


def test_the_desks_that_are_shown_find_hot_matters(loaded: Loaded) -> None:
    for reader in User.objects.filter(username__in=("handler", "leader")):
        assert HotMatter.objects.listed(reader.body).visible_to(reader).exists()


def test_the_log_holds_and_its_times_rise(loaded: Loaded) -> None:
    sequence()
    assert verify_log().size == loaded.entries
    times = list(Entry.objects.order_by("pk").values_list("at", flat=True))
    assert times == sorted(times)
    assert times[-1] <= timezone.now().isoformat()


def test_the_printed_receipt_can_be_typed_and_its_case_waits_for_a_verdict(loaded: Loaded) -> None:
    assert read_receipt(loaded.receipt) == loaded.receipt


def test_a_second_county_is_refused_with_the_way_on(loaded: Loaded) -> None:
    with pytest.raises(CommandError, match="--reset"):
        call_command("load_demo")

"""Runs: who may ask for one, that it is safe to run twice, and that nothing is left out."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from tests.builders import a_call, a_county, a_handler, a_leader, a_message, an_analyst, an_inspector, an_outsider

from massline.beat import LEASE
from massline.concentrate import actions, tasks
from massline.concentrate.models import Campaign, Claim, Placement, Run, Statement, Theme
from massline.concentrate.queries import FATE_COUNTS, run_counts
from massline.concentrate.tests.runs import a_call_with_messages, a_run
from massline.engine import pipeline
from massline.gather.models import Call, Message
from massline.ledger.actions import sequence
from massline.ledger.models import Entry
from massline.ledger.queries import verify_log
from massline.rights import RESIDENT, SYSTEM, NotAllowed

pytestmark = pytest.mark.django_db


def test_every_message_of_a_run_has_one_fate_and_the_sums_are_whole() -> None:
    run = a_run()
    assert run.problem == ""
    messages = set(Message.objects.filter(call=run.call).values_list("pk", flat=True))
    assert sorted(Placement.objects.filter(run=run).values_list("message", flat=True)) == sorted(messages)
    fates = Counter(Placement.objects.filter(run=run).values_list("fate", flat=True))
    assert {fate: fates.get(fate, 0) for fate in FATE_COUNTS} == {
        fate: number for fate, number in run_counts(run).items() if fate != "messages"
    }
    assert run_counts(run)["messages"] == len(messages)
    assert fates["copy"] >= 1
    logged = Entry.objects.get(kind="run.recorded").facts
    assert (logged["copies"], logged["themes"]) == (run.counts["copies"], run.counts["themes"])


def test_themes_hold_the_messages_that_their_placements_lead_to() -> None:
    run = a_run()
    coarse = Theme.objects.filter(run=run, parent=None)
    assert coarse.exists()
    for theme in Theme.objects.filter(run=run):
        own = Placement.objects.filter(theme__in=[theme, *theme.children.all()])
        assert own.count() == theme.messages
        inside = set(own.values_list("message", flat=True))
        assert set(theme.typical.values_list("pk", flat=True)) <= inside
        assert set(theme.dissenting.values_list("pk", flat=True)) <= inside
        assert theme.parent is None or theme.grain == theme.parent.grain + 1


def test_every_statement_leads_back_to_messages_of_its_call() -> None:
    run = a_run()
    statements = Statement.objects.filter(theme__run=run)
    assert statements.exists()
    for statement in statements:
        assert statement.trace.exists()
        assert {message.call_id for message in statement.trace.all()} == {run.call_id}


def test_a_run_that_is_worked_off_twice_is_recorded_once() -> None:
    run = a_run()
    before = (Theme.objects.count(), Placement.objects.count(), Campaign.objects.count(), Entry.objects.count())
    assert not actions.run_engine(run.pk, by=SYSTEM)
    assert not tasks.run_engine.call(run.pk)
    assert before == (Theme.objects.count(), Placement.objects.count(), Campaign.objects.count(), Entry.objects.count())


def test_a_request_while_one_waits_means_the_one_that_waits() -> None:
    call = a_call()
    first, second = (actions.request_run(call, by=SYSTEM) for _ in range(2))
    assert first == second
    assert Entry.objects.filter(kind="run.requested").count() == 1


def begun_elsewhere(call: Call, *, silent: timedelta, attempts: int = 1) -> Run:
    """A run that another worker has begun, and that has given no sign of life for so long."""
    run = actions.request_run(call, by=SYSTEM)
    now = timezone.now()
    Run.objects.filter(pk=run.pk).update(started_at=now - silent)
    Claim.objects.create(run=run, token="another worker", beat_at=now - silent, attempts=attempts)
    return run


def test_a_run_whose_worker_gives_signs_of_life_is_left_to_it() -> None:
    run = begun_elsewhere(a_call_with_messages(), silent=LEASE / 2)
    assert not actions.run_engine(run.pk, by=SYSTEM)
    assert Run.objects.get(pk=run.pk).finished_at is None
    assert not Run.objects.left(timezone.now()).exists()


def test_a_run_whose_worker_died_is_taken_over_after_the_lease() -> None:
    run = begun_elsewhere(a_call_with_messages(), silent=LEASE * 1.1)
    assert actions.request_run(run.call, by=SYSTEM) == run
    assert list(Run.objects.left(timezone.now())) == [run]
    assert actions.run_engine(run.pk, by=SYSTEM)
    assert Run.objects.current(run.call) == run
    assert not Claim.objects.exists()


def test_the_lease_ends_within_two_minutes() -> None:
    assert timedelta(minutes=2) >= LEASE


def test_a_run_that_ended_three_workers_is_given_up_with_a_reason() -> None:
    run = begun_elsewhere(a_call_with_messages(), silent=LEASE * 2, attempts=3)
    assert not actions.run_engine(run.pk, by=SYSTEM)
    assert "memory" in Run.objects.get(pk=run.pk).problem
    assert not Run.objects.under_way().exists()


def test_a_worker_whose_run_was_taken_over_writes_nothing_more(monkeypatch) -> None:
    """It was silent, not dead: the token tells it, before every batch."""
    run = actions.request_run(a_call_with_messages(), by=SYSTEM)
    real = actions.runs._record_statements

    def taken_over_just_before(claim, *args):
        Claim.objects.filter(pk=claim.pk).update(token="another worker")
        return real(claim, *args)

    monkeypatch.setattr(actions.runs, "_record_statements", taken_over_just_before)
    assert not actions.run_engine(run.pk, by=SYSTEM)
    assert not Statement.objects.exists()
    assert Run.objects.get(pk=run.pk).finished_at is None
    assert Claim.objects.get().token == "another worker"


def test_a_worker_that_is_told_to_stop_leaves_the_run_to_the_next_at_once(monkeypatch) -> None:
    run = actions.request_run(a_call_with_messages(), by=SYSTEM)

    def stopped(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(actions.runs, "_record_statements", stopped)
        with pytest.raises(KeyboardInterrupt):
            actions.run_engine(run.pk, by=SYSTEM)
    assert Theme.objects.exists()
    assert not Theme.objects.public().exists()
    assert actions.run_engine(run.pk, by=SYSTEM)
    assert Placement.objects.filter(run=run).count() == Message.objects.filter(call=run.call).count()


def test_leaders_and_analysts_of_the_body_may_ask_and_nobody_else() -> None:
    county = a_county()
    call = a_call(county)
    for asks in (a_leader(county), an_analyst(county)):
        assert actions.request_run(call, by=asks).call == call
    for other in (a_handler(county), an_inspector(county), an_outsider(), a_leader(), an_analyst(), RESIDENT):
        with pytest.raises(NotAllowed):
            actions.request_run(call, by=other)


def test_only_the_system_works_runs_off() -> None:
    run = actions.request_run(a_call(), by=SYSTEM)
    with pytest.raises(NotAllowed):
        actions.run_engine(run.pk, by=a_leader(run.call.body))
    assert Run.objects.get(pk=run.pk).started_at is None


def test_a_call_without_messages_ends_with_a_reason_and_changes_nothing() -> None:
    run = actions.request_run(a_call(), by=SYSTEM)
    assert not actions.run_engine(run.pk, by=SYSTEM)
    run.refresh_from_db()
    assert run.problem
    assert Run.objects.current(run.call) is None
    assert not Theme.objects.exists()


def test_a_failure_keeps_its_reason_and_the_themes_before_it(monkeypatch) -> None:
    good = a_run()
    run = actions.request_run(good.call, by=SYSTEM)

    def fails(*_args, **_kwargs):
        raise MemoryError("no room")

    monkeypatch.setattr(pipeline, "run", fails)
    with pytest.raises(MemoryError):
        actions.run_engine(run.pk, by=SYSTEM)
    run.refresh_from_db()
    assert "no room" in run.problem
    assert Run.objects.current(good.call) == good


def test_what_goes_wrong_while_recording_leaves_nothing_half_recorded(monkeypatch) -> None:
    run = actions.request_run(a_call_with_messages(), by=SYSTEM)

    def fails(*_args):
        raise OSError("the disk is full")

    monkeypatch.setattr(actions.runs, "_record_statements", fails)
    with pytest.raises(OSError, match="full"):
        actions.run_engine(run.pk, by=SYSTEM)
    assert not Theme.objects.exists()
    assert not Placement.objects.exists()
    assert not Claim.objects.exists()
    assert not Entry.objects.filter(kind="run.recorded").exists()


def test_what_a_run_found_does_not_show_before_the_last_of_it_is_written(monkeypatch) -> None:
    run, seen = actions.request_run(a_call_with_messages(), by=SYSTEM), []
    real = actions.runs._show

    def looks(*args):
        seen.append((Theme.objects.count(), Theme.objects.public().count(), Run.objects.current(run.call)))
        return real(*args)

    monkeypatch.setattr(actions.runs, "_show", looks)
    assert actions.run_engine(run.pk, by=SYSTEM)
    [(written, shown, current)] = seen
    assert written > 0
    assert (shown, current) == (0, None)


def test_no_transaction_of_a_run_writes_more_than_a_batch(monkeypatch) -> None:
    """So that nobody else who writes waits for longer than a batch takes."""
    call, sizes = a_call_with_messages(), []
    monkeypatch.setattr(actions.runs, "BATCH", 7)
    real = QuerySet.bulk_create

    def counts(rows, objects, *args, **options):
        sizes.append(len(objects))
        return real(rows, objects, *args, **options)

    monkeypatch.setattr(QuerySet, "bulk_create", counts)
    run = a_run(call)
    assert max(sizes) == 7
    assert Placement.objects.filter(run=run).count() == Message.objects.filter(call=run.call).count()


def test_the_engine_gets_published_messages_masked_and_nothing_of_the_writer(monkeypatch) -> None:
    import pyarrow.parquet as pq

    call = a_call_with_messages()
    a_message(call, "请回电13812345678")
    hidden = a_message(call, "还没有公开的话")
    Message.objects.filter(pk=hidden.pk).update(published_at=None)
    seen = []
    real = pipeline.run

    def looks(paths, out, options, **kwargs):
        seen.append(pq.read_table(paths[0]))
        return real(paths, out, options, **kwargs)

    monkeypatch.setattr(pipeline, "run", looks)
    a_run(call)
    rows = seen[0]
    assert set(rows.column_names) == {
        *("id", "title", "text", "time", "channel", "area", "sender", "age", "sex", "residence"),
    }
    texts = "\n".join(rows["text"].to_pylist())
    assert "13812345678" not in texts
    assert "还没有公开的话" not in texts
    assert rows["age"].null_count == rows.num_rows


def test_the_log_holds_after_runs() -> None:
    a_run()
    sequence()
    assert verify_log().size == Entry.objects.count()

"""The worker: what is due gets done once, one failure holds up nothing else, and told to stop it leaves nothing half done."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from tests.builders import a_call, a_case, a_handler, a_message, a_receipt
from tests.killed import program

from massline.beat import LEASE
from massline.concentrate.actions import request_run
from massline.concentrate.models import Look, Run, Theme
from massline.concentrate.tests.hot import Lifts
from massline.concentrate.tests.runs import a_call_with_messages, a_run
from massline.gather.actions import erase_own
from massline.gather.models import ArrivingFile, ArrivingRow
from massline.ledger.models import Entry
from massline.project import due
from massline.respond.actions import link_earlier, publish_reply
from massline.respond.models import Case
from massline.rights import RESIDENT, SYSTEM


def an_overdue_case() -> Case:
    case = a_case()
    Case.objects.filter(pk=case.pk).update(reply_due=timezone.localdate() - timedelta(days=1))
    return case


def what_was_done() -> tuple[object, ...]:
    kinds = ("case.escalated", "run.recorded")
    return (*(Entry.objects.filter(kind=kind).count() for kind in kinds), ArrivingFile.objects.count())


@pytest.mark.django_db
def test_what_is_due_is_done_and_done_once() -> None:
    an_overdue_case()
    request_run(a_call_with_messages(), by=SYSTEM)
    ArrivingFile.objects.create(call=a_call(), token="killed", beat_at=timezone.now() - LEASE * 2)
    assert due.do_due_work() == 3
    assert what_was_done() == (1, 1, 0)
    assert due.do_due_work() == 0
    assert what_was_done() == (1, 1, 0)


@pytest.mark.django_db
def test_what_comes_after_a_run_is_put_into_its_themes_without_anybody_asking() -> None:
    run = a_run()
    a_message(run.call, "路灯坏了没人修，晚上出门看不见路")
    assert due.do_due_work() == 1
    assert due.do_due_work() == 0
    assert Entry.objects.get(kind="messages.placed").facts["run"] == run.pk


@pytest.mark.django_db
def test_a_worker_looks_for_hot_matters_once_a_day_and_for_few_bodies_in_a_round(monkeypatch) -> None:
    here = Lifts()
    idle = a_handler().body
    monkeypatch.setattr(due, "BODIES_A_ROUND", 1)
    assert (due.do_due_work(), due.do_due_work(), due.do_due_work()) == (1, 0, 0)
    assert len(here.listed()) == 1
    assert list(Look.objects.order_by("tried_at").values_list("body", flat=True)) == [here.county.pk, idle and idle.pk]


@pytest.mark.django_db
def test_a_worker_asks_writers_weeks_later_without_being_told_to() -> None:
    case = an_overdue_case()
    publish_reply(case, text="修好了", by=a_handler(case.body), version=0)
    assert due.do_due_work() == 0
    Case.objects.update(ask_on=timezone.localdate())
    assert due.do_due_work() == 1
    assert due.do_due_work() == 0
    assert Case.objects.get().asked_later_at is not None


@pytest.mark.django_db
def test_what_was_linked_to_a_message_goes_when_its_words_are_erased() -> None:
    call = a_call()
    earlier, message = (a_receipt(call, text).message for text in ("水管裂过", "水管又漏了"))
    link_earlier(message, earlier, by=RESIDENT)
    erase_own(earlier, by=RESIDENT)
    assert due.do_due_work() == 1
    assert due.do_due_work() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["bring_in_files", "escalate_cases", "run_engines"])
def test_one_piece_that_fails_is_logged_and_holds_up_no_other(broken, monkeypatch, caplog) -> None:
    an_overdue_case()
    request_run(a_call_with_messages(), by=SYSTEM)

    def fails() -> int:
        raise ValueError("a bug in one piece")

    monkeypatch.setattr(due, broken, fails)
    due.do_due_work()
    done = what_was_done()
    assert "a bug in one piece" in caplog.text
    assert done[0] == (broken != "escalate_cases")
    assert done[1] == (broken != "run_engines")


@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_asked_for_on_a_page_is_worked_off_once(client) -> None:
    from massline.concentrate import tasks

    run = request_run(a_call_with_messages(), by=SYSTEM)
    tasks.run_engine.enqueue(run.pk)
    call_command("work", once=True)
    call_command("work", once=True)
    assert Run.objects.current(run.call) == run
    assert Theme.objects.public().exists()
    assert Entry.objects.filter(kind="run.recorded").count() == 1
    assert not ArrivingRow.objects.exists()


STOPPED = """
import os, signal
import django; django.setup()
from django.core.management import call_command
from tests.killed import make_tables
make_tables()
import massline.project.management.commands.work as work

def told_to_stop(*args, **options):
    os.kill(os.getpid(), signal.SIGTERM)
    raise SystemExit("it went on after the signal")

if "WHERE" == "in a task":
    from massline.concentrate import tasks
    tasks.actions.run_engine = told_to_stop
    tasks.run_engine.enqueue(1), tasks.run_engine.enqueue(2)
elif "WHERE" == "in due work":
    work.do_due_work = told_to_stop
else:
    work.time.sleep = told_to_stop
call_command("work")
import json
from django_tasks_db.models import DBTaskResult
print(json.dumps(sorted(DBTaskResult.objects.values_list("status", flat=True))))
"""


@pytest.mark.own_database
@pytest.mark.parametrize(
    ("where", "tasks"), [("in a task", ["FAILED", "READY"]), ("in due work", []), ("between two looks", [])]
)
def test_told_to_stop_it_ends_at_once_and_begins_nothing_more(where, tasks, tmp_path: Path) -> None:
    ended = program(STOPPED.replace("WHERE", where), tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1]) == tasks

"""A worker that is killed outright in the middle of writing what a run found, and the one that comes after it."""

import json
import signal

import pytest
from tests.killed import program

BEGIN = """
import django; django.setup()
from massline.concentrate import actions
from massline.concentrate.tests.runs import a_call_with_messages
from massline.rights import SYSTEM
from tests.killed import die_at, make_tables

make_tables()
actions.runs.BATCH = 20
die_at(LAST, actions.runs, "_hold")  # inside the transaction of this batch
actions.run_engine(actions.request_run(a_call_with_messages(), by=SYSTEM).pk, by=SYSTEM)
"""
GO_ON = """
import json
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from massline.concentrate import actions
from massline.concentrate.models import Campaign, Claim, Placement, Run, Statement, Theme
from massline.concentrate.queries import run_counts
from massline.beat import LEASE
from massline.gather.models import Message
from massline.ledger.actions import sequence
from massline.ledger.models import Entry
from massline.ledger.queries import verify_log
from massline.rights import SYSTEM

run = Run.objects.get()
said = {"left": Theme.objects.count() + Placement.objects.count(), "shown": Theme.objects.public().count()}
said["at_once"] = actions.run_engine(run.pk, by=SYSTEM)
Claim.objects.update(beat_at=timezone.now() - LEASE - timedelta(seconds=1))  # the lease has ended
said["after"] = actions.run_engine(run.pk, by=SYSTEM)
run.refresh_from_db()
said["messages"], said["placed"] = Message.objects.count(), Placement.objects.count()
said["counted"] = run_counts(run)["messages"]
said["themes"], said["numbers"] = Theme.objects.count(), Theme.objects.values("number").distinct().count()
said["entries"] = sequence().size == verify_log().size == Entry.objects.count()
said["recorded"] = Entry.objects.filter(kind="run.recorded").count()
print(json.dumps(said))
"""


@pytest.mark.own_database
@pytest.mark.parametrize("batch", [2, 5, 8])
def test_a_worker_killed_while_it_writes_leaves_nothing_that_shows_and_the_next_begins_again(batch, tmp_path) -> None:
    killed = program(BEGIN.replace("LAST", str(batch)), tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    done = program(GO_ON, tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["left"] > 0
    assert said["shown"] == 0
    assert (said["at_once"], said["after"]) == (False, True)
    assert said["placed"] == said["counted"] == said["messages"]
    assert said["themes"] == said["numbers"]
    assert said["entries"]
    assert said["recorded"] == 1

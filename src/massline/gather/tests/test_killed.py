"""An import that is killed outright, before or after its file was accepted, and what comes after it."""

import json
import signal

import pytest
from tests.killed import program

IMPORT = """
import os
import django; django.setup()
from django.core.management import call_command
from massline.gather import actions
from massline.gather.models import ArrivingFile, Call
from tests.killed import die_at, make_tables
if not os.path.exists("test.sqlite3"):
    make_tables()
    from tests.builders import a_call
    a_call()
actions.BATCH = 10
die_at(LAST, actions, "_hold")  # inside the transaction of this batch
call_command("import_messages", "letters.csv", call=Call.objects.get().ref, json=True)
"""
LOOK = """
import json
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from massline.beat import LEASE
from massline.gather.actions import continue_imports
from massline.gather.models import ArrivingFile, ArrivingRow, Message
from massline.ledger.actions import sequence
from massline.ledger.models import Entry
from massline.ledger.queries import verify_log
from massline.rights import SYSTEM

def counts():
    return [Message.objects.count(), ArrivingRow.objects.count(), Entry.objects.filter(kind="messages.imported").count()]

said = {"killed": counts()}
ArrivingFile.objects.update(beat_at=timezone.now() - LEASE - timedelta(seconds=1))  # the lease has ended
continue_imports(by=SYSTEM)
said["after"], said["distinct"] = counts(), Message.objects.values("source_id").distinct().count()
said["entries"] = sequence().size == verify_log().size == Entry.objects.count()
print(json.dumps(said))
"""


@pytest.mark.own_database
@pytest.mark.parametrize(
    ("batch", "messages", "entries"),
    [
        (1, 0, 0),  # while the file is read: it comes in one batch
        (2, 0, 0),  # in the transaction that accepts it
        (3, 35, 1),  # in the first batch that becomes messages
        (5, 35, 1),
    ],
)
def test_a_killed_import_is_all_or_nothing(batch, messages, entries, tmp_path) -> None:
    rows = "".join(f"{number},第{number}行\n" for number in range(35))
    (tmp_path / "letters.csv").write_text("编号,内容\n" + rows, encoding="utf-8")
    killed = program(IMPORT.replace("LAST", str(batch)), tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    looked = program(LOOK, tmp_path)
    assert looked.returncode == 0, looked.stderr
    said = json.loads(looked.stdout)
    assert said["killed"][0] < 35
    assert said["after"] == [messages, 0, entries]
    assert said["distinct"] == messages
    assert said["entries"]
    again = program(IMPORT.replace("LAST", "-1"), tmp_path)
    assert json.loads(again.stdout)["added"] == 35 - messages

"""A worker that is killed outright while it escalates, and what comes after it."""

import json
import signal
from pathlib import Path

import pytest
from tests.killed import program

ESCALATE = """
import os
import django; django.setup()
from datetime import date
from django.core.management import call_command
from massline.respond.actions import clocks
from tests.killed import die_at, make_tables
if not os.path.exists("test.sqlite3"):
    make_tables()
    from tests.builders import a_body, a_call, a_case, a_county, a_handler, a_message
    from massline.respond.models import Case, Turn
    county = a_county(); call = a_call(county); town = a_body(under=county); handler = a_handler(town)
    for _ in range(7):
        a_case(a_message(call, area=town), by=handler)
    Case.objects.update(reply_due=date(2020, 1, 1)); Turn.objects.update(reply_due=date(2020, 1, 1))
clocks.ESCALATED_AT_ONCE = 2
die_at(3, clocks, "append_all")  # the rows of this batch are changed, its entries are not written yet
call_command("escalate_overdue_cases")
"""
LOOK = """
import json
import django; django.setup()
from massline.ledger.models import Entry
from massline.respond.actions import escalate_overdue
from massline.respond.models import Case, Turn
from massline.respond.queries import acts
from massline.rights import SYSTEM
from django.utils import timezone

def counts():
    logged = [entry.facts["case"] for entry in Entry.objects.filter(kind="case.escalated")]
    rows = Case.objects.filter(escalated_at__isnull=False)
    turns = Turn.objects.filter(escalated_at__isnull=False)
    return [len(logged), len(set(logged)), rows.count(), turns.count()]

said = {"killed": counts()}
escalate_overdue(today=timezone.localdate(), by=SYSTEM)
said["after"], said["acts"] = counts(), [len(acts(case)) - case.version for case in Case.objects.all()]
print(json.dumps(said))
"""


@pytest.mark.own_database
def test_a_killed_escalation_leaves_each_case_done_with_its_entry_or_not_begun(tmp_path: Path) -> None:
    killed = program(ESCALATE, tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    looked = program(LOOK, tmp_path)
    assert looked.returncode == 0, looked.stderr
    said = json.loads(looked.stdout)
    assert said["killed"] == [4] * 4  # two batches of two
    assert said["after"] == [7] * 4
    assert said["acts"] == [1] * 7

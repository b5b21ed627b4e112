"""Web server, worker and database killed outright under load: benchmarks/bench_killed.py, the short way."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(
    not os.environ.get("MASSLINE_DATABASE", "").startswith("postgresql")
    or not list(Path("/usr/lib/postgresql").glob("*/bin")),
    reason="takes a PostgreSQL server of its own: run it as scripts/test does",
)
def test_what_was_acknowledged_outlives_three_kills_and_is_there_once() -> None:
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(ROOT / "benchmarks/bench_killed.py"), "--kills", "3", "--json"]
    done = subprocess.run(command, env=known, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:] + done.stdout
    found = json.loads(done.stdout)
    assert sum(found["kills"].values()) == 3
    assert len({kind.split(",")[0] for kind in found["kills"]}) == 3

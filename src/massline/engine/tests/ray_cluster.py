"""A small Ray cluster on this machine, kept by a process of its own: one command a line in, one answer a line out.

`worker` adds a machine with one processor and says the process id of its Ray; `kill PID` kills that machine at once, `kill
head` the head. The cluster ends with standard input, so no test leaves one behind.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.update(
    RAY_USAGE_STATS_ENABLED="0",
    RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO="0",
    RAY_health_check_period_ms="1000",  # a machine that is gone is missed after five seconds, not fifteen
)

from ray.cluster_utils import Cluster

MEMORY = 80_000_000
TRIES = 4


def pids(node: Any) -> list[int]:
    return [process.process.pid for processes in node.all_processes.values() for process in processes]


def die(pid: int) -> None:
    """A machine dies with all that runs on it: its Ray and what that has started."""
    stats = [path.read_text().rpartition(")") for path in Path("/proc").glob("[0-9]*/stat") if path.exists()]
    children = [int(head.split(" ", 1)[0]) for head, _, rest in stats if int(rest.split()[1]) == pid]
    for process in (pid, *children):
        os.kill(process, signal.SIGKILL)


def say(word: object) -> None:
    sys.__stdout__.write(f"= {word}\n")
    sys.__stdout__.flush()


def started(start: Callable[[], Any]) -> Any:
    """Ray gives up after half a minute; on a busy machine the next try finds its files in memory."""
    for _ in range(TRIES):
        try:
            return start()
        except Exception as error:  # noqa: BLE001 - Ray gives up with more than one kind
            problem = error
    raise problem


def main() -> None:
    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": MEMORY}
    cluster = started(lambda: Cluster(initialize_head=True, head_node_args=head))
    say(cluster.address)
    for line in sys.stdin:
        verb, *what = line.split()
        if verb == "worker":
            say(pids(started(lambda: cluster.add_node(num_cpus=1, object_store_memory=MEMORY)))[0])
        elif what == ["head"]:
            for pid in pids(cluster.head_node):
                die(pid)
            say("dead")
        else:
            die(int(what[0]))
            say("dead")
    cluster.shutdown()


if __name__ == "__main__":
    main()

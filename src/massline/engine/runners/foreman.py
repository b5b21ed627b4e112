"""The process that speaks with the Ray cluster, and what the cluster's machines do for it. Ray is imported here only.

The foreman gets kernels and blocks as bytes, hands them out, and gives results back when asked for the next.
"""

import importlib
import os
import pickle
import platform
import signal
import socket
from collections import deque
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from multiprocessing.connection import Connection
from typing import Any, Final

from massline.engine.errors import ClusterError

RETRIES: Final = 3
"""So often is a block given to another worker when the one that had it is gone."""

WATCH_SECONDS: Final = 1.0
MISSES: Final = 5
"""The head is gone when it does not answer so many times in a row; one that is started anew at once is not missed."""

ANSWER_SECONDS: Final = 5.0
PACKAGES: Final = ("ray", "massline", "numpy", "numba", "pyarrow", "scipy")

SETTINGS: Final = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is told to anybody
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "10",
}


def work(line: Connection, address: str) -> None:
    """Join the cluster and serve until the other end of the line is closed. What it says first is `joined` and the
    number of processors, or `refused` and why."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other end's matter
    _be_silent()
    os.environ.update(SETTINGS)
    try:
        cluster = Joined(address)
        line.send(("joined", cluster.check()))
    except ClusterError as error:
        line.send(("refused", str(error)))
        return
    try:
        while True:
            _serve(cluster, line, line.recv())
    except (EOFError, BrokenPipeError):
        cluster.leave()


def _be_silent() -> None:
    """Ray's own lines would stand between the sentences of the command; they are in its log folder as well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _serve(cluster: "Joined", line: Connection, asked: tuple[Any, ...]) -> None:
    verb, number, *content = asked
    if verb == "next":
        line.send(cluster.next_result(number))
    else:
        do: dict[str, Callable[..., None]] = {"map": cluster.begin, "block": cluster.give, "forget": cluster.forget}
        do[verb](number, *content)


class Joined:
    """A cluster that this process has joined. Maps are known by number; each has a kernel and blocks under way."""

    def __init__(self, address: str) -> None:
        if not answers(address):
            raise ClusterError(
                f"Nothing answers at {address}. Start the head with `ray start --head`, or look at the address."
            )
        self._address = address
        import ray

        self._ray: Any = ray
        try:
            self._ray.init(address=address, log_to_driver=False, configure_logging=False, logging_level="CRITICAL")
        except Exception as error:  # Ray refuses in many ways
            raise ClusterError(f"The cluster at {address} cannot be joined. {_first_lines(error)}") from error
        self._apply: Any = self._ray.remote(num_cpus=1, max_retries=RETRIES)(apply)
        self._maps: dict[int, tuple[Any, deque[Any]]] = {}

    def check(self) -> int:
        """Number of processors of the workers. Raises ClusterError when there is none, or when one would compute something
        else than this machine. A worker that is lost while it is asked is none."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On

        ask = self._ray.remote(num_cpus=0, max_retries=0)(facts_of_machine)
        asked = [
            (node, ask.options(scheduling_strategy=On(node["NodeID"], False)).remote()) for node in self._workers()
        ]
        here, processors = facts_of_machine(), 0
        for node, reference in asked:
            kind, said = self._wait_for(reference)
            if kind == "raised":
                raise ClusterError(f"{_name(node)} cannot work: {said}. Install the same massline[scale] there.")
            if kind == "result":
                if problem := difference(here, said):
                    raise ClusterError(f"{_name(node)} would not give the same bytes as this machine: {problem}")
                processors += int(node["Resources"]["CPU"])
        if not processors:
            raise ClusterError(
                f"The cluster at {self._address} has no worker. On another machine type:"
                f" ray start --address={self._address}"
            )
        return processors

    def begin(self, number: int, kernel: bytes) -> None:
        """A new map with this kernel."""
        self._maps[number] = (self._ray.put(kernel), deque())

    def give(self, number: int, block: bytes) -> None:
        """One more block, for whoever is free."""
        kernel, under_way = self._maps[number]
        under_way.append(self._apply.remote(number, [kernel], block))

    def next_result(self, number: int) -> tuple[str, Any]:
        """Result of the earliest block that is under way: `result` and its bytes, `raised` and the kernel's error, or
        `lost` and why."""
        return self._wait_for(self._maps[number][1].popleft())

    def forget(self, number: int) -> None:
        """Let go of a map; blocks that are under way are not worked on."""
        for reference in self._maps.pop(number)[1]:
            self._ray.cancel(reference)

    def leave(self) -> None:
        """Leave the cluster."""
        self._ray.shutdown()

    def _wait_for(self, reference: Any) -> tuple[str, Any]:  # noqa: ANN401 - Ray's
        misses = 0
        while not self._ray.wait([reference], timeout=WATCH_SECONDS)[0]:
            misses = 0 if answers(self._address) else misses + 1
            if misses >= MISSES:
                return "lost", f"The head of the cluster at {self._address} no longer answers."
            if not misses and not self._workers():
                return "lost", f"No worker is left in the cluster at {self._address}."
        try:
            return "result", self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            return "raised", portable(error.cause)
        except self._ray.exceptions.RayError as error:
            return "lost", f"The cluster at {self._address} gave a block up. {_first_lines(error)}"

    def _workers(self) -> list[dict[str, Any]]:
        return [node for node in self._ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]


def answers(address: str) -> bool:
    """Does anybody listen at HOST:PORT?"""
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_SECONDS):
            return True
    except OSError:
        return False


def apply(number: int, box: list[Any], block: bytes) -> bytes:
    """On a worker: the kernel of a map over one block. box: one reference to the kernel, fetched once by each process."""
    from threadpoolctl import threadpool_limits

    kernel = _kernel_of(number, box[0])
    with threadpool_limits(1):  # as on one machine: more threads would add up in another order
        return pickle.dumps(kernel(pickle.loads(block)), protocol=5)  # noqa: S301 - from our own foreman


_kernels: dict[int, Any] = {}
"""The kernel of the map that this worker is at, by the map's number: it may be large, and serves many blocks."""


def _kernel_of(number: int, reference: Any) -> Any:  # noqa: ANN401 - any kernel
    if number not in _kernels:
        import ray

        _kernels.clear()
        _kernels[number] = pickle.loads(ray.get(reference))  # noqa: S301 - from our own foreman
    return _kernels[number]


def facts_of_machine() -> dict[str, str]:
    """What the bytes of a result depend on besides its input: versions, the engine's own text, kind of processor."""
    features = importlib.import_module("numpy._core._multiarray_umath").__cpu_features__
    return {
        "Python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        "the text of massline.engine": _digest_of_engine(),
        "what its processor can do": " ".join(sorted(name for name, there in features.items() if there)),
    }


def _digest_of_engine() -> str:
    folder, digest = files("massline.engine"), sha256()
    for path in sorted(str(path) for path in folder.rglob("*.py") if "tests" not in path.parts):  # type: ignore[attr-defined]
        with open(path, "rb") as stream:
            digest.update(stream.read())
    return digest.hexdigest()[:12]


def difference(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """A sentence on the first fact in which two machines differ; empty when they do not."""
    for name, ours in here.items():
        if there.get(name) != ours:
            return f"{name} is {there.get(name)} there and {ours} here."
    return ""


def _name(node: Mapping[str, Any]) -> str:
    return f"The worker {node['NodeManagerAddress']} ({node['NodeManagerHostname']})"


def portable(error: BaseException) -> BaseException:
    """The error itself if another process can have it, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - an error may refuse in any way
        return ClusterError(f"{type(error).__name__} on a worker: {error}")
    return error


def _first_lines(error: BaseException) -> str:
    """At most three lines of what Ray says, as one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:3]) or type(error).__name__

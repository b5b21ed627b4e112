"""How much may come from one address: token buckets that forget. Facts in, answer out; the clock is an argument."""

import ipaddress
import threading
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 100_000
"""Addresses held at once, about 20 MB. Beyond, all are forgotten: better nobody is limited than everybody."""
SWEEP: Final = 60.0  # seconds between two looks for what can be forgotten


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, then one each `seconds`. An address is forgotten after `burst * seconds` at the latest."""

    name: str
    burst: int
    seconds: float


@dataclass(slots=True)
class Buckets:
    """For each address the moment at which its bucket is full again; that one number says how much is in it now.

    In this process's memory alone. Safe to use from several threads."""

    _full_at: dict[bytes, float] = field(default_factory=dict)
    _swept: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: bytes, limit: Limit, now: float) -> float:
        """Take one token. Returns 0, or the seconds until there is one; then nothing was taken.

        now: seconds on a clock that only goes on."""
        with self._lock:
            self._forget(now)
            full_at = max(self._full_at.get(key, now), now)
            wait = full_at - now - (limit.burst - 1) * limit.seconds
            if wait > 0:
                return wait
            self._full_at[key] = full_at + limit.seconds
            return 0.0

    def __len__(self) -> int:
        return len(self._full_at)

    def clear(self) -> None:
        with self._lock:
            self._full_at.clear()

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full: they are as if nobody had come."""
        if now - self._swept < SWEEP and len(self._full_at) < MOST:
            return
        self._swept = now
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        if len(self._full_at) >= MOST:
            self._full_at.clear()


def network_of(remote: str, forwarded: str, proxies: int) -> str | None:
    """Where a request came from: an IPv4 address, or the half of an IPv6 address that a household has to itself.

    remote: who opened the connection. forwarded: the header X-Forwarded-For; only its last `proxies` entries were written by
    servers of our own, and the first of these says who came. None where nobody can be told apart: this machine, no address."""
    chain = [entry.strip() for entry in forwarded.split(",") if entry.strip()]
    try:
        address = ipaddress.ip_address(chain[-proxies] if 0 < proxies <= len(chain) else remote)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return None
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)

"""Messages that residents of 清溪县 might have written in one month: made up, seeded, as many as wanted.

Matters come in a long tail, and every text is put together anew from phrases, so that texts vary. Copies, campaigns,
personal data, junk, very long texts and broken characters are planted, and each message says what was planted in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from massline.project.demo import texts
from massline.project.demo.matters import Template, campaigns, matters
from massline.project.demo.planted import Planted
from massline.project.demo.texts import HOMES, Said

FIRST_DAY: Final = datetime(2026, 3, 1)  # noqa: DTZ001 - a wall clock time, as residents and their files write it
DAYS: Final = 30

BLOCK: Final = 8_192
"""Messages that are drawn at once, from a generator of their own."""

_WRITES: Final = {"beishan": 0.35, "shiqiao": 0.6, "donghe": 1.3}  # how much a township writes for its size; else 1
_STEEPNESS: Final = 1.4  # of the long tail: from 5 % of the messages for the first matter down to 0.1 % for the last
_CHANNELS: Final = ("web", "account", "hotline", "visit", "large_type", "meeting", "paper", "email")
_CHANNEL_SHARES: Final = (0.44, 0.2, 0.16, 0.07, 0.05, 0.03, 0.03, 0.02)
_AGES: Final = ("", "18-35", "36-59", "60+", "<18")
_AGE_SHARES: Final = (0.55, 0.19, 0.19, 0.06, 0.01)
_SEXES: Final = ("", "女", "男")
_SEX_SHARES: Final = (0.55, 0.21, 0.24)
_RESIDENCES: Final = ("", "城镇", "农村", "在外")
_RESIDENCE_SHARES: Final = (0.6, 0.25, 0.12, 0.03)
_HOURS: Final = (2, 1, 1, 1, 1, 2, 6, 12, 20, 24, 24, 20, 16, 14, 18, 20, 19, 18, 20, 26, 30, 24, 14, 6)


@dataclass(frozen=True, slots=True)
class MadeUpMessage:
    """One message and what is true about it. "" stands for: not said.

    channel: key of county.CHANNELS. area: the township's Chinese name. village: key of a county.Village. matter: key of a
    Matter, "" for junk. campaign: key of a Template. copy_of: id of the message whose text it repeats to the letter.
    """

    id: str
    title: str
    text: str
    time: datetime
    channel: str
    area: str
    village: str
    sender: str
    age: str
    sex: str
    residence: str
    matter: str
    campaign: str
    copy_of: str
    planted: tuple[Planted, ...]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Chance for one message. second: since FIRST_DAY. matter, home, channel, age, sex, residence: indices. sender: -1 for none.

    kind: in [0, 1), what sort of message it is. bits: 256 random bits for the text.
    """

    second: int
    matter: int
    home: int
    channel: int
    age: int
    sex: int
    residence: int
    sender: int
    kind: float
    bits: int


def generate(count: int, *, seed: int, first: int = 0) -> Iterator[MadeUpMessage]:
    """Give `count` messages in the order of their days. The same count and seed give the same messages.

    first: begin at this message, the first of a block of BLOCK, and leave out those before: so several processes can make
    parts of one call. Cost: about 14 microseconds a message on one core, first use of a phrase apart; memory does not grow with
    count. Raises ValueError for a negative count, or a beginning inside a block.
    """
    if count < 0:
        raise ValueError(f"count is {count}; give 0 or more")
    if first < 0 or first % BLOCK:
        raise ValueError(f"first is {first}; give a multiple of {BLOCK}")
    before = max(0, first - BLOCK)  # made and left out: what is copied was said there
    return islice(_generate(count, seed, before), first - before, None)


def _generate(count: int, seed: int, number: int) -> Iterator[MadeUpMessage]:
    recent: deque[tuple[str, Said]] = deque(maxlen=256)
    for start in range(number, count, BLOCK):
        for drawn in _draw(start, min(BLOCK, count - start), count=count, seed=seed):
            number += 1
            said = _say(drawn, recent)
            message = _message(f"QX{number:08d}", said, drawn)
            if not said.copy_of:
                recent.append((message.id, said))
            yield message


def _message(ref: str, said: Said, drawn: _Drawn) -> MadeUpMessage:
    town, village = HOMES[drawn.home]
    silence = drawn.bits >> 250  # 0..63: a quarter does not say where, a quarter only the township
    return MadeUpMessage(
        ref,
        said.title,
        said.text,
        FIRST_DAY + timedelta(seconds=drawn.second),
        _channel(said, drawn.channel),
        town.zh if silence > 15 else "",
        village.key if silence > 31 else "",
        f"r{drawn.sender:08d}" if drawn.sender >= 0 else "",
        _AGES[drawn.age],
        _SEXES[drawn.sex],
        _RESIDENCES[drawn.residence],
        said.matter,
        said.campaign,
        said.copy_of,
        said.planted,
    )


def _channel(said: Said, channel: int) -> str:
    if not said.campaign:
        return _CHANNELS[channel]
    used = _templates()[said.campaign].channels
    return used[channel % len(used)]


def _say(drawn: _Drawn, recent: deque[tuple[str, Said]]) -> Said:
    """What this message says: by far most about one matter, 1 in 25 within a campaign, 1 in 50 a copy of a recent one."""
    kind, bits, matter = drawn.kind, drawn.bits, drawn.matter
    if kind < 0.04 and (running := _running(drawn.second // 86_400)):
        return texts.send_template(running[bits % len(running)], drawn.home, bits >> 8)
    if kind < 0.06 and recent:
        original, said = recent[bits % len(recent)]
        return replace(said, copy_of=original)
    if kind < 0.09:
        return _say_little(drawn)
    if kind < 0.17:
        said = texts.say_in_english(matter, drawn.home, bits)
    elif kind < 0.21:
        said = texts.say_at_length(matter, drawn.home, bits, sentences=_sentences(kind))
    elif kind < 0.23:
        said = texts.say_two_things(matter, bits % len(matters()), drawn.home, bits)
    else:
        said = texts.say_plainly(matter, drawn.home, bits)
    return _spoil(said, bits >> 180)


def _say_little(drawn: _Drawn) -> Said:
    if drawn.kind < 0.075:
        return texts.say_nothing(drawn.bits)
    return texts.say_briefly(drawn.matter) if drawn.kind < 0.08 else texts.praise(drawn.home, drawn.bits)


def _sentences(kind: float) -> int:
    """Length of a long message: mostly 4 to 11 sentences, 1 in 20 up to 140 (5,000 characters). kind in [0.17, 0.21)."""
    place = (kind - 0.17) / 0.04
    return int(4 + 8 * place) if place < 0.95 else int(12 + (place - 0.95) * 2_560)


def _spoil(said: Said, bits: int) -> Said:
    """Plant personal data in 1 of 25, an innocent number in 1 of 50, and disturb 1 of 10."""
    lot, bits = bits & 0xFF, bits >> 8
    if lot < 10:
        return texts.plant_personal_data(said, bits)
    if lot < 15:
        return texts.add_innocent_number(said, bits)
    return texts.disturb(said, bits) if lot < 41 else said


def _draw(start: int, size: int, *, count: int, seed: int) -> Iterator[_Drawn]:
    """Chance for messages start .. start + size of `count`. Each block has a generator of its own."""
    random = np.random.default_rng((seed, start))
    days = np.searchsorted(_day_ends(), (np.arange(start, start + size) + 0.5) / count)  # (size,)
    hours = random.choice(24, size, p=_shares(_HOURS))
    seconds = days * 86_400 + hours * 3_600 + random.integers(3_600, size=size)
    drawn = random.random(size)
    picked = np.empty(size, np.int64)
    for day in np.unique(days):
        here = days == day
        picked[here] = np.searchsorted(_matter_ends(int(day)), drawn[here])
    homes = _homes(picked, random.random(size))
    columns = [seconds, picked, homes]
    for shares in (_CHANNEL_SHARES, _AGE_SHARES, _SEX_SHARES, _RESIDENCE_SHARES):
        columns.append(random.choice(len(shares), size, p=_shares(shares)))
    senders = (random.random(size) ** 1.6 * count * 0.75).astype(np.int64)
    columns.append(np.where(random.random(size) < 0.08, -1, senders))
    kinds, bits = random.random(size).tolist(), random.bytes(32 * size)
    table = zip(*(column.tolist() for column in columns), strict=True)
    for i, (second, matter, home, channel, age, sex, residence, sender) in enumerate(table):
        own = int.from_bytes(bits[32 * i : 32 * i + 32], "little")
        yield _Drawn(second, matter, home, channel, age, sex, residence, sender, kinds[i], own)


def _homes(picked: npt.NDArray[np.int64], drawn: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """A home for each message, where its matter can occur. picked (n,): indices into matters(). drawn (n,) in [0, 1)."""
    homes = np.empty(len(picked), np.int64)
    places = np.array([matter.where for matter in matters()])[picked]  # (n,)
    for where in ("", "rural", "urban"):
        here = places == where
        homes[here] = np.searchsorted(_home_ends(where), drawn[here])
    return homes


def _shares(weights: Sequence[float]) -> npt.NDArray[np.float64]:
    array = np.asarray(weights, np.float64)
    return array / array.sum()


def _ends(weights: Sequence[float]) -> npt.NDArray[np.float64]:
    """Upper ends of the shares, for searchsorted; the last is beyond every draw."""
    ends = np.cumsum(_shares(weights))
    ends[-1] = 2.0
    return ends


@cache
def _day_ends() -> npt.NDArray[np.float64]:
    """A call starts with a rush, fades, and wakes up before its end; weekends are calmer."""
    rush = [1.6, 1.5, 1.3] + [1.0] * 22 + [1.0, 1.1, 1.2, 1.4, 1.7]
    return _ends([rush[day] * (0.7 if (FIRST_DAY + timedelta(days=day)).weekday() > 4 else 1.0) for day in range(DAYS)])


@cache
def _matter_ends(day: int) -> npt.NDArray[np.float64]:
    weights = []
    for matter in matters():
        first, length, factor = matter.surge or (0, 0, 1)
        weights.append(matter.weight**_STEEPNESS * (factor if first <= day < first + length else 1))
    return _ends(weights)


@cache
def _home_ends(where: str) -> npt.NDArray[np.float64]:
    weights = []
    for town, village in HOMES:
        fits = where in ("", "urban" if village.zh.endswith("社区") else "rural")
        weights.append(village.population * _WRITES.get(town.key, 1.0) * fits)
    return _ends(weights)


@cache
def _running(day: int) -> tuple[Template, ...]:
    """Campaigns on this day, each as often as its weight."""
    return tuple(
        template
        for template in campaigns()
        for _ in range(template.weight)
        if template.days[0] <= day <= template.days[1]
    )


@cache
def _templates() -> dict[str, Template]:
    return {template.key: template for template in campaigns()}

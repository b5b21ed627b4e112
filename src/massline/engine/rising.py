"""Hot matters: many people, one matter, one place, in a short time.

Messages are grouped by the rare words that they share (names of estates, firms, roads, and what is wrong there), so a
group is one matter at one place. How hot it is depends on people alone:

    heat = (v - e) / sqrt(1 + e)

v: voices in its busiest WINDOW days; e: voices that its earlier pace would give in as many days. A sender is one voice,
however often he writes; copies of one text are one voice until CAMPAIGN senders have sent it. Likes count nothing. So
few senders cannot lift a matter, whatever they copy, and what has always been said is not hot.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from massline.engine.buffers import F64, I64
from massline.engine.clean import clean_batch
from massline.engine.embed import Sample, weigh_sample
from massline.engine.fold import fold
from massline.engine.mask import mask
from massline.engine.places import CODED, places_in
from massline.engine.runners import Workers, map_blocks
from massline.engine.stored import Held

WINDOW: Final = 28
"""Days."""
CAMPAIGN: Final = 10
"""So many senders of one text are a campaign and count as people; of fewer, only the first."""
VOICES: Final = 3
"""A matter of fewer voices is not told."""
OPENING: Final = 200
"""Signs of a message, title first, that say what it is about."""
COMMON: Final = 0.5
"""A gram in more of the messages tells none apart. Half: one matter may be a large part of a stream."""
LINKED: Final = 0.12
"""Cosine from which two messages may be of one matter."""
ALIKE: Final = 0.16
"""Mean cosine, each with each, from which groups are one matter."""
MOST_TOGETHER: Final = 4_000
"""Messages that are compared each with each at once; a larger heap is cut by closer links first."""
CLOSER: Final = 1.25
MOST_LINKS: Final = 1_000
"""Of one message: what is alike with more lies in a heap that closer links cut."""
BLOCK: Final = 1_000
HELD: Final = 0.4
"""A place is the matter's when this share of its messages names it."""
DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Matter:
    """One hot matter. rows: of its messages, in the order of time. middle: the row whose words the label is. voices: in its
    hottest days; days: how many these are, from 1 to WINDOW; until: when they end. first, last: of the times of its messages.
    Times are in seconds since 1970 as the source writes them."""

    label: str
    place: str
    heat: float
    voices: int
    days: int
    until: int
    rows: tuple[int, ...]
    middle: int
    first: int
    last: int


class _Peak(NamedTuple):
    """How hot a matter is at its hottest, of how many voices, in how many days, and when these end."""

    heat: float = 0.0
    voices: int = 0
    days: int = 0
    until: int = 0


def rising(messages: pa.Table, *, seed: int, workers: Workers) -> list[Matter]:
    """The hot matters of a stream (MESSAGES), hottest first. Messages without a time belong to matters but make none hot.

    4,000 messages of 400 signs: see docs/reference/quality.md.
    """
    batches = [batch for batch in messages.to_batches() if len(batch)]
    cleaned = pa.Table.from_batches(list(map_blocks(clean_batch, batches, workers=workers)))
    copy_of = fold(Held(messages), Held(cleaned), seed=seed, workers=workers).copy_of
    distinct = np.flatnonzero(copy_of < 0)
    openings = pc.utf8_slice_codeunits(cleaned.column("form").combine_chunks(), 0, OPENING)
    sample = weigh_sample(distinct, openings.take(pa.array(distinct)), common=COMMON)
    group = np.zeros(len(messages), np.int64)
    group[distinct] = matters_of(sample)
    copies = np.flatnonzero(copy_of >= 0)
    group[copies] = group[copy_of[copies]]
    group = parted_by_place(group, messages)
    text = np.where(copy_of >= 0, copy_of, np.arange(len(messages)))
    stream = _Stream(messages, text)
    found = [(peak, rows) for rows in _groups(group) if (peak := stream.peak(rows)).heat > 0]
    found.sort(key=lambda one: (-one[0].heat, one[1][0]))
    place_in_sample = np.searchsorted(distinct, text)
    return [_told(stream, peak, rows, (sample, place_in_sample)) for peak, rows in found]


def matters_of(sample: Sample) -> I64:
    """Number of the matter of each distinct message, (m,). Average linkage inside what hangs together by links."""
    x = sample.grams
    links = _links(x)
    groups, count = np.zeros(x.shape[0], np.int64), 0
    heaps = [np.arange(x.shape[0])]
    least = LINKED
    while heaps:
        larger: list[I64] = []
        for heap in heaps:
            parts = connected_components(links[heap][:, heap], directed=False)[1]
            for part in _groups(parts):
                members = heap[part]
                if len(members) > MOST_TOGETHER and least * CLOSER < 1:  # closer than the same is nothing
                    larger.append(members)
                    continue
                groups[members] = count + _inside(x[members])
                count = int(groups[members].max()) + 1
        heaps, least = larger, least * CLOSER
        links = links.multiply(links >= least).tocsr()
        links.eliminate_zeros()
    return groups


def parted_by_place(group: I64, messages: pa.Table) -> I64:
    """The same groups (n,), cut where VOICES messages or more name one place and as many name others: alike words, but another
    matter. Messages that name no place stay with the most."""
    out, count = group.copy(), int(group.max(initial=0)) + 1
    for rows in _groups(group):
        if len(rows) < 2 * VOICES:
            continue
        told = messages.select(["title", "text", "area"]).take(pa.array(rows)).to_pylist()
        parts = _by_place([{place for place in places_in(opening(one)) if not CODED.fullmatch(place)} for one in told])
        sizes = np.bincount(parts)
        for part in np.flatnonzero(sizes >= VOICES):
            if part != sizes.argmax():
                out[rows[parts == part]] = count
                count += 1
    return out


def _by_place(named: Sequence[set[str]]) -> I64:
    """Number of the part of each message, (n,): those with a place in common, the one perhaps named more fully, are in one; a
    message that names none is one by itself. Cost: the number of messages, and the square of that of places."""
    places = sorted(set().union(*named))
    at = {place: len(named) + number for number, place in enumerate(places)}
    pairs = [(row, at[place]) for row, names in enumerate(named) for place in names]
    pairs += [(at[one], at[other]) for one in places for other in places if one in other]
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    nodes = len(named) + len(places)
    known = scipy.sparse.csr_matrix((np.ones(len(pairs), np.int8), (rows, columns)), shape=(nodes, nodes))
    parts: I64 = connected_components(known, directed=False)[1][: len(named)].astype(np.int64)
    return parts


def opening(message: Mapping[str, str | None]) -> str:
    """Area, title and the beginning of a message: where it says what and where."""
    return f"{message['area'] or ''}。{message['title'] or ''}。{(message['text'] or '')[:OPENING]}"


def _links(x: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """Cosines (m, m) from LINKED on, block by block; of a message that has more than MOST_LINKS, these, the closest."""
    back = x.T.tocsr()
    parts = []
    for start in range(0, x.shape[0], BLOCK):
        near = x[start : start + BLOCK] @ back
        near.data[near.data < LINKED] = 0
        near.eliminate_zeros()
        parts.append(_closest(near, most=MOST_LINKS))
    return scipy.sparse.vstack(parts).tocsr()


def _closest(near: scipy.sparse.csr_matrix, *, most: int) -> scipy.sparse.csr_matrix:
    """The same rows, each with so many links at most. Changes what it is given."""
    for row in np.flatnonzero(np.diff(near.indptr) > most):
        links = near.data[near.indptr[row] : near.indptr[row + 1]]
        links[np.argpartition(-links, most)[most:]] = 0
    near.eliminate_zeros()
    return near


def _inside(x: scipy.sparse.csr_matrix) -> I64:
    if x.shape[0] == 1 or x.shape[0] > MOST_TOGETHER:  # so many that no closer link cuts are one matter
        return np.zeros(x.shape[0], np.int64)
    distances: F64 = 1 - np.clip((x @ x.T).toarray().astype(np.float64), 0, 1)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    return fcluster(tree, 1 - ALIKE, "distance").astype(np.int64) - 1


def _groups(group: npt.NDArray[np.integer]) -> Iterator[I64]:
    """Rows of each group, by its number."""
    order = np.argsort(group, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


class _Stream:
    """Times and voices of a stream."""

    def __init__(self, messages: pa.Table, text: I64) -> None:
        """text (n,): which distinct text each message has."""
        self.messages = messages
        time, sender = messages.column("time"), messages.column("sender")
        self.timed = time.is_valid().to_numpy(zero_copy_only=False)
        self.seconds: I64 = time.cast(pa.int64()).fill_null(0).to_numpy()
        known = sender.is_valid().to_numpy(zero_copy_only=False)
        keys = np.stack([known, np.where(known, sender.fill_null(0).to_numpy(), text.astype(np.uint64))], axis=1)
        voice: I64 = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
        pairs = np.unique(np.stack([text, voice], axis=1), axis=0)
        crowd = np.bincount(pairs[:, 0], minlength=len(text))[text] >= CAMPAIGN
        self.voice: I64 = np.where(crowd, voice, voice[text])
        self.start = int(self.seconds[self.timed].min(initial=np.iinfo(np.int64).max)) if self.timed.any() else 0

    def peak(self, rows: I64) -> _Peak:
        """See the module."""
        rows = self.in_time(rows[self.timed[rows]])
        if len(np.unique(self.voice[rows])) < VOICES:
            return _Peak()
        seconds, voices, best = self.seconds[rows].tolist(), self.voice[rows].tolist(), _Peak()
        recent, before, begin = Counter[int](), set[int](), 0
        for end, voice in zip(seconds, voices, strict=True):
            recent[voice] += 1
            while seconds[begin] <= end - WINDOW * DAY:
                before.add(gone := voices[begin])
                recent[gone] -= 1
                if not recent[gone]:
                    del recent[gone]
                begin += 1
            now = len(recent)
            if now < VOICES or now <= best.heat:
                continue
            windows = max(1.0, (end - WINDOW * DAY - self.start) / (WINDOW * DAY))
            expected = len(before) / windows
            heat, days = (now - expected) / float(np.sqrt(1 + expected)), (end - seconds[begin]) // DAY + 1
            best = max(best, _Peak(heat, now, days, end), key=lambda peak: peak.heat)
        return best

    def in_time(self, rows: I64) -> I64:
        """The same rows in the order of time; those without one at the end."""
        return rows[np.lexsort((rows, self.seconds[rows], ~self.timed[rows]))]


def _told(stream: _Stream, peak: _Peak, rows: I64, known: tuple[Sample, I64]) -> Matter:
    """known: the distinct messages, and where in them the text of each message stands."""
    (sample, place_in_sample), rows = known, stream.in_time(rows)
    own = np.isin(rows, sample.rows)
    own |= not own.any()  # copies alone, where their place parts them from the message that they copy
    x = sample.grams[place_in_sample[rows[own]]]
    middle = int(rows[own][int(np.asarray(x @ x.sum(axis=0).T).ravel().argmax())])
    told = stream.messages.select(["title", "text", "area"]).take(pa.array(rows)).to_pylist()
    at = int(np.flatnonzero(rows == middle)[0])
    timed = stream.seconds[rows[stream.timed[rows]]]
    return Matter(
        label=_label(told[at]["title"], told[at]["text"]),
        place=place_of([opening(one) for one in told]),
        heat=round(peak.heat, 3),
        voices=peak.voices,
        days=peak.days,
        until=peak.until,
        rows=tuple(rows.tolist()),
        middle=middle,
        first=int(timed[0]),
        last=int(timed[-1]),
    )


def _label(title: str | None, text: str) -> str:
    """The title of the message in the middle, or its beginning; masked."""
    return " ".join(mask(title or text[:40]).text.split())


def place_of(texts: Sequence[str]) -> str:
    """The place that the texts name: the narrowest that HELD of them share, after the one of its kind that stands for a name
    (A3区). "" where they share none."""
    named = [set(places_in(text)) for text in texts]
    counts: dict[str, int] = {}
    for place in {place for places in named for place in places}:
        counts[place] = sum(any(place in other for other in places) for places in named)
    shared = [place for place, count in counts.items() if count >= HELD * len(texts)]
    coded = [place for place in shared if CODED.fullmatch(place)]
    plain = [place for place in shared if not CODED.fullmatch(place)]
    parts = []
    if coded:
        parts.append(max(coded, key=lambda place: (not place.endswith(("市", "省")), counts[place], place)).upper())
    if plain:
        parts.append(max(plain, key=lambda place: (counts[place], len(place), place)))
    return "".join(parts)

"""How far each group of the people was heard: its share of them beside its share of the messages that tell.

A group of fewer than FEW messages is not told alone: it says more about its members than about the public.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from massline.engine.buffers import I64
from massline.engine.weigh.command import FEW
from massline.engine.weigh.margins import Margins
from massline.engine.weigh.raking import Cells


@dataclass(frozen=True, slots=True)
class Heard:
    """A group of the people, or several that are told together for being too few alone. people: their share of the people.
    messages: how many they wrote, None where even together they are too few. share: of the messages that name a group."""

    variable: str
    categories: tuple[str, ...]
    people: float
    messages: int | None
    share: float | None


def groups_heard(margins: Margins, cells: Sequence[Cells]) -> list[Heard]:
    """All groups of all margins, in their order, those told together last. cells: what each message says of each margin."""
    found = []
    for margin, one in zip(margins.each, cells, strict=True):
        said = np.bincount(one.of[one.of >= 0], minlength=len(margin.categories))
        hidden = too_few(said)
        together = [at for at, hide in enumerate(hidden) if hide]
        for places in ([[at] for at, hide in enumerate(hidden) if not hide]) + ([together] if together else []):
            count, people = int(said[places].sum()), float(margin.shares[places].sum())
            told = count == 0 or count >= FEW
            share = count / max(1, int(said.sum())) if told else None
            names = tuple(margin.categories[at] for at in places)
            found.append(Heard(margin.variable, names, people, count if told else None, share))
    return found


def too_few(said: I64) -> list[bool]:
    """Which groups are not told alone: those of 1 to FEW - 1 messages, and so many of the next smallest that together they
    are FEW or more, for else the sum would tell them. said (k,): messages of each."""
    hidden = [0 < count < FEW for count in said.tolist()]
    for at in np.argsort(said, kind="stable").tolist():
        if not any(hidden) or sum(said[at] for at, hide in enumerate(hidden) if hide) >= FEW:
            break
        hidden[at] = hidden[at] or said[at] > 0
    return hidden

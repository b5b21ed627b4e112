"""The sample of the map of opinions: made-up people vote, and the engine finds its groups as `massline opinion` does. Used by the
demo only; takes a second once in a process."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from massline.engine.opinion.find import Opinion

SEED = 7
PEOPLE = 120
STATEMENTS = (
    (_("Street lights come first: after dark the lane is dangerous."), (0.95, 0.15, 0.4)),
    (_("The money should go into the water pipes before anything else."), (0.1, 0.95, 0.2)),
    (_("A later last bus would help more families than anything we build."), (0.15, 0.2, 0.95)),
    (_("Whoever works in town needs a bus in the evening."), (0.3, 0.25, 0.97)),
    (_("The old pipes break every winter; that cannot wait."), (0.25, 0.97, 0.15)),
    (_("Lights at the crossing are enough; the lane can stay as it is."), (0.05, 0.75, 0.6)),
    (_("Elderly people go home from the clinic in the dark."), (0.97, 0.4, 0.35)),
    (_("The village should say every month what the money was spent on."), (0.93, 0.92, 0.95)),
    (_("Work should be given to people from the village where they can do it."), (0.9, 0.88, 0.86)),
    (_("Nothing should be built before everybody has been asked."), (0.5, 0.45, 0.5)),
)
"""Statements, and how likely each of three sorts of people agrees."""


def opinions() -> Opinion:
    """What the engine finds, with the statements in the reader's language."""
    return _found(get_language() or "")


@lru_cache(maxsize=4)
def _found(language: str) -> Opinion:
    import numpy as np  # with the engine: for this page only
    import pyarrow as pa

    from massline.engine.opinion.exports import Export, Statement
    from massline.engine.opinion.find import find_opinion
    from massline.engine.opinion.votes import collect

    generator = np.random.default_rng(SEED)
    rates = np.array([rates for _words, rates in STATEMENTS]).T  # (3, m)
    sort = generator.choice(len(rates), PEOPLE, p=(0.42, 0.33, 0.25))
    person, statement = np.nonzero(generator.random((PEOPLE, len(STATEMENTS))) < 0.85)  # (v,)
    agrees = generator.random(len(person)) < rates[sort[person], statement]
    values = np.where(generator.random(len(person)) < 0.05, 0, np.where(agrees, 1, -1)).astype(np.int8)
    people, seen = (pa.array(numbers).cast(pa.string()) for numbers in (person, statement))
    votes = collect(people, seen, values, times=None)
    texts = {str(number): Statement(str(words)) for number, (words, _rates) in enumerate(STATEMENTS)}
    return find_opinion(Export(votes, texts, rows=len(person), rejected=0), seed=SEED)

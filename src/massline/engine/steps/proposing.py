"""Names and sentences from an outside language model, where an operator names one: part of `label`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from massline.engine.buffers import I64
from massline.engine.endpoint import Endpoint
from massline.engine.label import Name
from massline.engine.proposals import Asked, Proposal, Proposals, propose
from massline.engine.steps.tracing import shown_texts
from massline.engine.workfolder import WorkFolder, write_facts


def ask_for_names(  # noqa: PLR0913 - what the themes are, whom to ask, where to
    work: WorkFolder, namer: Endpoint, names: Sequence[Name], sizes: I64, nearest: Sequence[I64], part: Path
) -> tuple[Name, ...]:
    """The names of the themes, the proposed ones where they stand; what was proposed goes to `part`.

    sizes (t,): the largest themes are asked about; nearest: rows of each theme's messages that are shown.
    """
    order = np.argsort(-sizes, kind="stable").tolist()
    asked = [Asked(theme, names[theme].keywords, shown_texts(work, nearest[theme])) for theme in order]
    found = _each_its_own(propose(namer, asked, done=lambda count: work.say("label", count)), names)
    write_facts(part / "sentences.json", {str(theme): text for theme, text in found.standing("sentence").items()})
    write_facts(part / "naming.json", {"namer": f"{namer.model} at {namer.url}", **found.told()})
    labels = found.standing("name")
    return tuple(replace(name, label=labels.get(theme, name.label)) for theme, name in enumerate(names))


def _each_its_own(found: Proposals, names: Sequence[Name]) -> Proposals:
    """The same proposals, those names refused that another theme has."""
    taken = {name.label for name in names}
    each: list[Proposal] = []
    for one in found.each:
        if one.kind == "name" and not one.refused:
            if one.text in taken and one.text != names[one.theme].label:
                one = replace(one, refused="another theme has this name")
            taken.add(one.text)
        each.append(one)
    return replace(found, each=tuple(each))

"""The grounds on which words may be taken from public view: all of them. Text, example and source: docs/rules/hiding.md.

Everybody can read this list on the page of the grounds; a test keeps the list and the rule's page the same."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Ground:
    """key: as it stands in the log. erases: the words are gone for good, not only from view.

    alone: one person decides, and may be overruled; else two do. by_writer: only whoever wrote the message can use it."""

    key: str
    name: Promise
    meaning: Promise
    erases: bool = False
    alone: bool = False
    by_writer: bool = False


GROUNDS = {
    ground.key: ground
    for ground in (
        Ground(
            "others-data",
            _("Personal data of others"),
            _("It tells who or where somebody else is, how to reach her, or something private about her."),
            alone=True,
        ),
        Ground(
            "violence",
            _("Threats, calls for violence"),
            _("It threatens somebody, or calls for violence against people."),
        ),
        Ground(
            "fraud",
            _("Fraud, forbidden trade"),
            _("It lures people into giving money or secrets away, or offers what may not be sold."),
        ),
        Ground(
            "order",
            _("Order of a court or authority"),
            _("A written order forbids showing it. The reason says who ordered it, when, and under which number."),
        ),
        Ground(
            "law",
            _("Erased as the law demands"),
            _("Somebody whom the words are about has a lawful right to have them erased."),
            erases=True,
        ),
        Ground(
            "own-wish",
            _("Erased by its writer"),
            _("Whoever wrote it took it back, with the receipt. No reason is asked."),
            erases=True,
            alone=True,
            by_writer=True,
        ),
    )
}
"""By their keys. Criticism is none, nor are rudeness, error or what is unpleasant to read."""

GROUND_NAMES = [(ground.key, ground.name) for ground in GROUNDS.values()]
FOR_STAFF = [ground for ground in GROUNDS.values() if not ground.by_writer]

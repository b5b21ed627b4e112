"""What somebody had typed when she switched type, language or colours: it comes back in the answer, and is stored nowhere.

A switch sends the form that its button belongs to (`{% typed %}`) and, where script runs, every other form of the page.
The page is then made anew, and each form takes back its own words, in the order in which the forms stand on the page.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakKeyDictionary

from django.forms import BaseForm
from django.http import QueryDict

FORM_NAME = "face-form"  # the hidden field by which a form of the page is known again: its class's name
OTHER_FORMS = "face-kept"  # each value: another form of the page, URL-encoded


class Kept:
    """The forms of one page as they were sent."""

    def __init__(self, forms: Iterable[QueryDict]) -> None:
        self._waiting: dict[str, deque[QueryDict]] = defaultdict(deque)
        self._taken: WeakKeyDictionary[BaseForm, QueryDict | None] = WeakKeyDictionary()
        for form in forms:
            if FORM_NAME in form:
                self._waiting[str(form[FORM_NAME])].append(form)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def of(self, form: BaseForm) -> QueryDict | None:
        """What was typed into this form; None for a form that was not sent."""
        if form not in self._taken:
            waiting = self._waiting[type(form).__name__]
            self._taken[form] = waiting.popleft() if waiting else None
        return self._taken[form]


_KEPT: ContextVar[Kept | None] = ContextVar("kept", default=None)


def sent(post: QueryDict) -> Kept:
    """All forms of the page that a switch sent: the first in document order is the one its button belongs to."""
    return Kept([post, *(QueryDict(other) for other in post.getlist(OTHER_FORMS))])


@contextmanager
def keeping(kept: Kept) -> Iterator[None]:
    """Forms that are drawn inside take back what was typed into them."""
    token = _KEPT.set(kept)
    try:
        yield
    finally:
        _KEPT.reset(token)


def typed_into(form: BaseForm) -> QueryDict | None:
    kept = _KEPT.get()
    return kept.of(form) if kept else None

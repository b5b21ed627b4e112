"""What a handler keeps for herself, and a body for its replies. The log is of acts of bodies: none of this is one, so nothing
of it stands there."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from massline.people.models import User
from massline.respond.models import Case, Draft, SavedView, Template
from massline.respond.rules import MOST_VIEWS, NameTaken, TooMany
from massline.respond.templating import check_template
from massline.rights import require


@transaction.atomic
def keep_view(view: SavedView, *, by: User) -> SavedView:
    """Keep a part of the desk under a name. Raises NotAllowed, NameTaken, TooMany."""
    require(by, "respond.keep_view", _place(by))
    if SavedView.objects.filter(user=by).count() >= MOST_VIEWS:
        raise TooMany(MOST_VIEWS)
    view.user = by
    try:
        with transaction.atomic():
            view.save(force_insert=True)
    except IntegrityError:
        raise NameTaken(view.name) from None
    return view


@transaction.atomic
def rename_view(view: SavedView, *, name: str, by: User) -> None:
    """Raises NotAllowed (also for another's), NameTaken."""
    require(by, "respond.rename_view", _place(by))
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk, user=by).update(name=name)
    except IntegrityError:
        raise NameTaken(name) from None


@transaction.atomic
def drop_view(view: SavedView, *, by: User) -> None:
    """Raises NotAllowed; another's stays."""
    require(by, "respond.drop_view", _place(by))
    SavedView.objects.filter(pk=view.pk, user=by).delete()


@transaction.atomic
def keep_template(template: Template, *, by: User) -> Template:
    """Write a template of a body, or change it. Raises NotAllowed, NameTaken, UnknownField."""
    require(by, "respond.keep_template", template.body.path)
    check_template(template.text)
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise NameTaken(template.name) from None
    return template


@transaction.atomic
def drop_template(template: Template, *, by: User) -> None:
    """Raises NotAllowed."""
    require(by, "respond.drop_template", template.body.path)
    template.delete()


@transaction.atomic
def keep_draft(case: Case, *, text: str, by: User) -> Draft | None:
    """Keep what somebody has written of a reply; an empty one is none. One to a person and case. Raises NotAllowed."""
    require(by, "respond.keep_draft", case.body.path)
    if not text.strip():
        Draft.objects.filter(case=case, user=by).delete()
        return None
    return Draft.objects.update_or_create(case=case, user=by, defaults={"text": text, "at": timezone.now()})[0]


def _place(by: User | None) -> str:
    return (by.body_path or "") if by else ""

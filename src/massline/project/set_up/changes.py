"""Pages on which an operator abolishes a body, merges it with another one, or moves it. First what would happen, then it happens.

Docs: docs/rules/bodies.md."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from massline.bodies.actions import move_body
from massline.bodies.models import Body
from massline.bodies.queries import above, everywhere
from massline.bodies.rules import BodyStays
from massline.people.models import User
from massline.project.set_up.forms import BodyField
from massline.project.set_up.views import operator_of, operator_only, place_of
from massline.respond.actions import abolish_body
from massline.respond.queries import estate_of
from massline.respond.rules import HandOverRefused
from massline.rights import may

_MOVED = "set_up_moved"  # in the session: the body that was moved last, and the one that it stood under


class ChangeForm(forms.Form):
    """A body changes its place in the tree, for a reason. body: which one; place: of the operator."""

    def __init__(self, data: Any = None, *, body: Body, place: Body) -> None:  # noqa: ANN401 - a QueryDict, or nothing
        super().__init__(data, auto_id=f"{type(self).__name__}_%s")
        self.body = body
        others = Body.objects.within(place.path).standing().exclude(path__startswith=body.path)
        for field in self.fields.values():
            if isinstance(field, BodyField):
                field.queryset = others


class AbolishForm(ChangeForm):
    """Another body answers in its place."""

    into = BodyField(
        label=gettext_lazy("Who answers in its place"),
        queryset=Body.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("Choose a body"),
        error_messages={
            "invalid_choice": gettext_lazy("This body cannot answer in its place: it is gone, or is under it.")
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Everybody reads it at each case that goes over, like “merged by order 12 of 2026”."),
        max_length=2000,
    )

    def clean(self) -> dict[str, Any]:
        if Body.objects.within(self.body.path).standing().exclude(pk=self.body.pk).exists():
            raise forms.ValidationError(_("Bodies stand under it. Move or abolish them first."))
        return super().clean() or {}


class MoveForm(ChangeForm):
    """It stands under another body."""

    under = BodyField(
        label=gettext_lazy("Under which body"),
        queryset=Body.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("Choose a body"),
        error_messages={"invalid_choice": gettext_lazy("It cannot stand there: that body is gone, or is under it.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Its digest stands in the public log; keep the order itself in your files."),
        max_length=2000,
    )

    def clean_under(self) -> Body:
        under: Body = self.cleaned_data["under"]
        if under == above(self.body):
            raise forms.ValidationError(_("It stands there already."))
        return under


@operator_only
def body(request: HttpRequest, key: str) -> HttpResponse:
    return _page(request, _found(request, key))


@operator_only
def abolish(request: HttpRequest, key: str) -> HttpResponse:
    """Once to see what goes over, then for good. do: the body to which, and the counts, as they were shown: what changed
    meanwhile is shown again."""
    found = _found(request, key)
    if request.method != "POST":
        return redirect("set_up:body", key)
    form = AbolishForm(request.POST, body=found, place=place_of(request))
    given = form.cleaned_data if form.is_valid() else {}
    if found.abolished_on is not None:
        return _changed_meanwhile(request, found, abolish_form=form)
    if not given or request.POST.get("do") != f"{given['into'].code} {estate_of(found, timezone.localdate()).mark}":
        return _page(request, found, abolish_form=form)
    try:
        cases = abolish_body(found, into=given["into"], reason=given["reason"], by=operator_of(request))
    except (BodyStays, HandOverRefused):
        return _changed_meanwhile(request, found, abolish_form=form)
    words = _("%(body)s is abolished. Open cases that went over: %(cases)s.") % {"body": found, "cases": cases}
    notices.success(request, words)
    return redirect("set_up:body", found.code)


@operator_only
def move(request: HttpRequest, key: str) -> HttpResponse:
    """Once to see what goes with it, then it stands there; it can be put back. do: the body of which that was shown."""
    found = _found(request, key)
    if request.method != "POST":
        return redirect("set_up:body", key)
    before, form = above(found), MoveForm(request.POST, body=found, place=place_of(request))
    if not form.is_valid() or request.POST.get("do") != form.cleaned_data["under"].code:
        return _page(request, found, move_form=form)
    given = form.cleaned_data
    try:
        move_body(found, under=given["under"], reason=given["reason"], by=operator_of(request))
    except BodyStays:
        return _changed_meanwhile(request, found, move_form=form)
    request.session[_MOVED] = {"body": found.code, "from": before.code if before else ""}
    notices.success(request, _("%(body)s stands under %(under)s now.") % {"body": found, "under": given["under"]})
    return redirect("set_up:body", found.code)


def _found(request: HttpRequest, key: str) -> Body:
    """A body under the operator's own place, by its code."""
    place = place_of(request)
    there = Body.objects.within(place.path).exclude(pk=place.pk).select_related("successor")
    found: Body = get_object_or_404(there, code=key)
    return found


def _changed_meanwhile(request: HttpRequest, found: Body, **sent: ChangeForm) -> HttpResponse:
    for form in sent.values():
        form.add_error(None, _("The bodies changed a moment ago. Nothing was done; look again."))
    return _page(request, _found(request, found.code), **sent)


def _page(request: HttpRequest, found: Body, **sent: ChangeForm) -> HttpResponse:
    """A body, what it has in hand, and what may be done with it. sent: the form that came; where it can be done, the page says
    first what would happen."""
    place, form = place_of(request), next(iter(sent.values()), None)
    moved = request.session.get(_MOVED) or {}
    context: dict[str, Any] = {
        "body": found,
        "above": above(found),
        "under": Body.objects.within(found.path).standing().exclude(pk=found.pk).count(),
        "staff": User.objects.filter(body=found, is_active=True).count(),
        "estate": estate_of(found, timezone.localdate()),
        "may_move": may(operator_of(request), "bodies.move_body", everywhere()),
        "back": _former(moved, found, place),
        "sure": form is not None and form.is_valid(),
        "abolish_form": AbolishForm(body=found, place=place),
        "move_form": MoveForm(body=found, place=place),
    }
    status = HTTPStatus.OK if form is None or form.is_valid() else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "project/set_up/body.html", context | {"sent": next(iter(sent), "")} | sent, status=status)


def _former(moved: dict[str, str], found: Body, place: Body) -> Body | None:
    """The body that it stood under before it was moved a moment ago, if it can stand there again."""
    if moved.get("body") != found.code or found.abolished_on:
        return None
    before = Body.objects.within(place.path).standing().filter(code=moved["from"]).first()
    return before if before and before != above(found) else None

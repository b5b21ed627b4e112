"""Pages of the set-up. Each step stands alone: what is typed is added at once, and the next visit sees it."""

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages as notices
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from massline.bodies.actions import add_body, remove_body, set_calendar_year
from massline.bodies.models import Body
from massline.bodies.queries import work_calendar
from massline.bodies.rules import BodyInUse
from massline.bodies.sheet import Row
from massline.face.pager import page_of
from massline.gather.actions import open_call
from massline.people.actions import add_user, give_link
from massline.people.models import User
from massline.project.set_up import door
from massline.project.set_up.forms import CalendarForm, CallForm, FoundForm, SheetForm, StaffForm
from massline.project.set_up.steps import steps
from massline.rights import may

ROWS_SHOWN = 100
STAFF_PER_PAGE = 20
_ADDED = "set_up_added"  # in the session: codes of the bodies that the last sheet added, for taking them out again

View = Callable[..., HttpResponse]


def operator_only(view: View) -> View:
    """For whoever may enter bodies at her own place; to everybody else the page does not exist."""

    @wraps(view)
    @login_required
    @never_cache
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = operator_of(request)
        if user.body is None or not may(user, "bodies.add_body", user.body.path):
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


@never_cache
@sensitive_post_parameters("password", "again")
def found(request: HttpRequest, token: str) -> HttpResponse:
    """The first step: the place, and the operator's account. She is signed in and goes on."""
    form = FoundForm(request.POST or None)
    try:
        door.check(token)
        if not form.is_valid():
            return _page(request, "found", form)
        given = form.cleaned_data
        user = door.found(form.top(), form.operator(), password=given["password"])
    except door.DoorClosed:
        return render(request, "project/set_up/closed.html", status=HTTPStatus.NOT_FOUND)
    except ValidationError as refusal:
        return _page(request, "found", form, refusal)
    login(request, user)
    return redirect("set_up:steps")


@operator_only
def overview(request: HttpRequest) -> HttpResponse:
    place = place_of(request)
    all_steps = steps(place)
    done = sum(step.done for step in all_steps)
    upcoming = next((step for step in all_steps if not step.done), None)
    context = {"place": place, "steps": all_steps, "done": done, "next": upcoming}
    return render(request, "project/set_up/steps.html", context)


@operator_only
def bodies(request: HttpRequest) -> HttpResponse:
    """A sheet is shown first, row by row; the second time it is added, all of it or nothing."""
    place = place_of(request)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    context: dict[str, Any] = {"place": place, "added": request.session.get(_ADDED, [])}
    if not form.is_bound or not form.is_valid():
        context["there"] = Body.objects.within(place.path)[:ROWS_SHOWN]
        return _page(request, "bodies", form, **context)
    sheet = form.sheet
    if sheet.problems or "add" not in request.POST:
        context |= {"sheet": sheet, "rows": sheet.rows[:ROWS_SHOWN], "more": len(sheet.rows) - ROWS_SHOWN}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if sheet.problems else HTTPStatus.OK
        return render(request, "project/set_up/bodies.html", {**context, "form": form}, status=status)
    try:
        _add(sheet.rows, place, by=operator_of(request))
    except ValidationError as refusal:
        return _page(request, "bodies", form, refusal, **context)
    request.session[_ADDED] = [row.code for row in sheet.rows]
    number = len(sheet.rows)
    notices.success(request, ngettext("%(n)s body was added.", "%(n)s bodies were added.", number) % {"n": number})
    return redirect("set_up:bodies")


@require_POST
@operator_only
def undo_bodies(request: HttpRequest) -> HttpResponse:
    """Take out what the last sheet added, the lowest first; all of it or nothing."""
    added = Body.objects.filter(code__in=request.session.pop(_ADDED, [])).order_by("-path")
    try:
        with transaction.atomic():
            number = sum(_remove(body, by=operator_of(request)) for body in added)
    except BodyInUse as refusal:
        words = _("Nothing was taken out: staff, calls, messages or cases belong to the body %(body)s already.")
        notices.error(request, words % {"body": refusal.code})
    else:
        words = ngettext("%(n)s body was taken out again.", "%(n)s bodies were taken out again.", number)
        notices.success(request, words % {"n": number})
    return redirect("set_up:bodies")


@operator_only
def staff(request: HttpRequest) -> HttpResponse:
    """Who is there, and one more. The new one's link is shown once."""
    place = place_of(request)
    form = StaffForm(request.POST or None, under=place)
    if not form.is_valid():
        return _page(request, "staff", form, **_staff(request, place))
    try:
        with transaction.atomic():
            user = add_user(form.user(), password=None, by=operator_of(request))
            link = give_link(user, by=operator_of(request))
    except ValidationError as refusal:
        return _page(request, "staff", form, refusal, **_staff(request, place))
    return _with_link(request, user, link)


@require_POST
@operator_only
def new_link(request: HttpRequest, pk: int) -> HttpResponse:
    """For somebody who forgot her password, or let her link grow old."""
    place = place_of(request)
    user = get_object_or_404(User, pk=pk, body__path__startswith=place.path, is_active=True)
    return _with_link(request, user, give_link(user, by=operator_of(request)))


@operator_only
def calendar(request: HttpRequest) -> HttpResponse:
    place, year = place_of(request), timezone.localdate().year
    years = [year, year + 1, year + 2]
    known = work_calendar(place).years
    years.sort(key=known.__contains__)  # the first one that is missing stands chosen
    form = CalendarForm(request.POST or None, years=years)
    context: dict[str, Any] = {"known": [(number, number in known) for number in sorted(years)]}
    if not form.is_valid():
        return _page(request, "calendar", form, **context)
    set_calendar_year(form.cleaned_data["year"], form.cleaned_data["days"], by=operator_of(request))
    notices.success(request, _("The working days of %(year)s are entered.") % {"year": form.cleaned_data["year"]})
    return redirect("set_up:steps")


@operator_only
def call(request: HttpRequest) -> HttpResponse:
    form = CallForm(request.POST or None, under=place_of(request))
    if not form.is_valid():
        return _page(request, "call", form)
    try:
        opened = open_call(form.call(), by=operator_of(request))
    except ValidationError as refusal:
        return _page(request, "call", form, refusal)
    notices.success(request, _("The call is open. This is its page; give people its address."))
    return redirect(opened)


def _page(
    request: HttpRequest, name: str, form: Form, refusal: ValidationError | None = None, **context: object
) -> HttpResponse:
    """The form as it stands; a refused one with what is wrong and status 422."""
    if refusal:
        for field, words in _by_field(refusal).items():
            form.add_error(field if field in form.fields else None, words)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, f"project/set_up/{name}.html", {**context, "form": form}, status=status)


def _by_field(refusal: ValidationError) -> dict[str, list[str]]:
    return refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}


def _add(rows: Sequence[Row], place: Body, *, by: User) -> None:
    """All rows or none. Raises ValidationError."""
    with transaction.atomic():
        for row in rows:
            above = Body.objects.get(code=row.under) if row.under else place
            body = Body(code=row.code, name=row.name, level=row.level, name_en=row.name_en, duties=row.duties)
            body.promise_days = row.promise_days
            add_body(body, under=above, by=by)


def _remove(body: Body, *, by: User) -> int:
    """As it stands now: the bodies under it may just have gone. 1, for counting."""
    remove_body(Body.objects.get(pk=body.pk), by=by)
    return 1


def _with_link(request: HttpRequest, user: User, link: str) -> HttpResponse:
    place = place_of(request)
    context = {"link": request.build_absolute_uri(link), "linked": user, "form": StaffForm(under=place)}
    return render(request, "project/set_up/staff.html", context | _staff(request, place))


def _staff(request: HttpRequest, place: Body) -> dict[str, Any]:
    there = User.objects.filter(body__path__startswith=place.path, is_active=True).select_related("body")
    return {"page": page_of(there.order_by("body__path", "username"), request.GET.get("page"), STAFF_PER_PAGE)}


def place_of(request: HttpRequest) -> Body:
    """Where she sets up: her own body and all under it."""
    body = operator_of(request).body
    assert body is not None  # noqa: S101 - `operator_only`
    return body


def operator_of(request: HttpRequest) -> User:
    """Who asks; the pages have been through `operator_only`."""
    assert request.user.is_authenticated  # noqa: S101 - `operator_only`
    return request.user

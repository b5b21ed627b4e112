"""A case gets the right topic."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from massline.bodies.rules import CalendarUnknown
from massline.people.signed_in import user_of
from massline.respond import actions
from massline.respond.forms import NOT_CORRECTED, CorrectForm
from massline.respond.rules import CorrectionRefused, StaleCase, State, WrongState
from massline.respond.views.cases import known_case
from massline.rights import may


@login_required
def correct_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Another topic, with its days; everybody can read why. A case that changed meanwhile is shown as it is now."""
    found, user = known_case(request, pk), user_of(request)
    if not may(user, "respond.correct_topic", found.body.path):
        raise Http404
    if found.state != State.OPEN:
        return redirect("respond:desk_case", pk)
    form = CorrectForm(request.POST or None, case=found)
    context, status = {"case": found, "form": form}, 422 if form.is_bound else 200
    if not form.is_valid():
        return render(request, "respond/correct_topic.html", context, status=status)
    try:
        actions.correct_topic(found, **form.cleaned_data, by=user)
    except (StaleCase, WrongState):
        fresh = known_case(request, pk)
        context = {"case": fresh, "form": form.about(fresh), "conflict": True}
        return render(request, "respond/correct_topic.html", context, status=409)
    except CorrectionRefused as refused:
        form.add_error(None, NOT_CORRECTED[refused.why])
        return render(request, "respond/correct_topic.html", context, status=status)
    except CalendarUnknown as unknown:
        words = _("The working days of %(year)s are not known yet: no day can be told.")
        form.add_error(None, words % {"year": unknown.year})
        return render(request, "respond/correct_topic.html", context, status=status)
    notices.success(request, _("The topic is corrected. Its page says what became of the days."))
    return redirect("respond:desk_case", pk)

"""What matters are about, who answers for each and by when: for everybody to read, for the operator to change."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from massline.bodies.queries import everywhere
from massline.people.signed_in import user_of
from massline.respond import actions, queries
from massline.respond.forms import TopicForm
from massline.respond.models import Topic
from massline.respond.rules import LEAST_PAST_CASES
from massline.rights import may


def topics(request: HttpRequest) -> HttpResponse:
    """Every topic with its days and who answers; and what was learnt of past cases."""
    changes = request.user.is_authenticated and may(request.user, "respond.set_topic", everywhere())
    context = {"topics": queries.topics_shown(), "router": queries.newest_router(), "changes": changes}
    return render(request, "respond/topics.html", context | {"least": LEAST_PAST_CASES})


@login_required
def topic(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A topic is entered or changed, and who answers for it."""
    user = user_of(request)
    if not may(user, "respond.set_topic", everywhere()):
        raise Http404
    found = get_object_or_404(Topic, pk=pk) if pk else Topic()
    form = TopicForm(request.POST or None, instance=found)
    if not form.is_valid():
        return render(
            request, "respond/topic.html", {"form": form, "topic": found}, status=422 if form.is_bound else 200
        )
    given = form.cleaned_data
    kept = actions.set_topic(form.instance, by=user)
    actions.set_duty(kept, area=None, body=given["body"], by=user)
    if given["area"]:
        actions.set_duty(kept, area=given["area"], body=given["area_body"], by=user)
    notices.success(request, _("The topic is kept. Cases that are open keep the days they were promised."))
    return redirect("respond:topics")

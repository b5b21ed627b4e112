"""The page of all parts and those beside it, how easy a text is, and what a reader sees when a form has grown too old."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from massline.face import living, living_votes, styles
from massline.face.reading import reading

LONGEST_READ = 20_000  # characters


def living_page(request: HttpRequest) -> HttpResponse:
    """All parts with made-up content; in the demo only. A POST shows the form with its errors and changes nothing."""
    if not settings.MASSLINE_DEMO:
        raise Http404("The page of all parts is shown in the demo only.")
    form = living.SampleForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "face/living.html", {"form": form, **living.content(request)}, status=status)


def opinions(request: HttpRequest) -> HttpResponse:
    """The map of opinions with made-up votes, found by the engine; in the demo only."""
    if not settings.MASSLINE_DEMO:
        raise Http404("The map of made-up opinions is shown in the demo only.")
    return render(request, "face/opinions.html", {"found": living_votes.opinions()})


def parameters(request: HttpRequest) -> HttpResponse:
    """What each part takes, in its template's own words; in the demo only."""
    if not settings.MASSLINE_DEMO:
        raise Http404("What the parts take is shown in the demo only.")
    return render(request, "face/parameters.html", {"parameters": living.parameters()})


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """How easy the text in the field named by `of` is to read. Keeps nothing; to htmx only the part."""
    text = request.POST.get(request.POST.get("of", ""), "")[:LONGEST_READ]
    name = "face/parts/reading.html" if "HX-Request" in request.headers else "face/reading.html"
    return render(request, name, {"text": text, "reading": reading(text)})


def style(request: HttpRequest, digest: str) -> HttpResponse:
    """The style sheets of every page, and a cookie that says they are kept. An older name gives them for once."""
    now = styles.style()
    response = HttpResponse(now.text, content_type="text/css; charset=utf-8")
    if digest != now.digest:
        response["Cache-Control"] = "no-cache"
        return response
    response["Cache-Control"] = f"public, max-age={styles.A_YEAR}, immutable"
    styles.remember(response)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or a browser without cookies. `reason` is for developers and is not shown."""
    return render(request, "403_csrf.html", status=403)

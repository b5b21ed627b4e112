"""The only place that knows both our errors and HTTP: to programs domain errors are problem+json (RFC 9457), to people pages."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.views.defaults import page_not_found

from massline.bodies.rules import CalendarUnknown
from massline.gather.rules import CallNotOpen, MessageRefused, ReceiptMistyped
from massline.respond.rules import CaseError, StaleCase
from massline.rights import NotAllowed
from massline.supervise.rules import RatedBefore

if TYPE_CHECKING:
    from ninja import NinjaAPI
    from ninja.errors import HttpError, ValidationError

STATUS: dict[type[Exception], int] = {
    # What somebody may not touch does not exist for her: a guessed address must tell nothing.
    NotAllowed: 404,
    ReceiptMistyped: 422,
    MessageRefused: 422,
    CallNotOpen: 409,
    StaleCase: 409,
    CaseError: 409,
    RatedBefore: 409,
    CalendarUnknown: 409,
}


Handler = Callable[[HttpRequest, Any], HttpResponse]


def problem(api: "NinjaAPI", request: HttpRequest, *, status: int, title: str, detail: object) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = api.create_response(request, body, status=status)
    response["Content-Type"] = "application/problem+json"
    return response


def register(api: "NinjaAPI") -> None:
    """Teach the API to word every domain error."""
    from ninja.errors import HttpError, ValidationError  # the API's framework: this file's middleware serves pages too

    for kind, status in STATUS.items():
        api.add_exception_handler(kind, _domain(api, status))
    api.add_exception_handler(Http404, _domain(api, 404))
    api.add_exception_handler(ValidationError, _unreadable(api))
    api.add_exception_handler(HttpError, _not_json(api))
    api.add_exception_handler(RequestDataTooBig, _too_big(api))


class PagesOfOthers:
    """Middleware: a page that asked for something its reader may not do says "no such page", as every guessed address does.

    NUL is a character no database can hold, and PostgreSQL refuses to look for it: no page lies at an address with one, and
    one in the question behind an address is passed over, as it is in a form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        if "\x00" in request.path:
            raise Http404

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return page_not_found(request, error) if isinstance(error, NotAllowed) else None


def _domain(api: "NinjaAPI", status: int) -> Handler:
    def answer(request: HttpRequest, error: Exception) -> HttpResponse:
        if status == 404:
            return problem(api, request, status=404, title="NotFound", detail="Nothing is published at this address.")
        return problem(api, request, status=status, title=type(error).__name__, detail=str(error))

    return answer


def _unreadable(api: "NinjaAPI") -> Handler:
    def answer(request: HttpRequest, error: "ValidationError") -> HttpResponse:
        """What is wrong, field by field, without pydantic's own addresses and echoes."""
        faults = [
            {"field": ".".join(str(part) for part in fault["loc"]), "problem": fault["msg"]} for fault in error.errors
        ]
        return problem(api, request, status=422, title="Unreadable", detail=faults)

    return answer


def _not_json(api: "NinjaAPI") -> Handler:
    def answer(request: HttpRequest, error: "HttpError") -> HttpResponse:
        """ninja raises it for a body that is no JSON."""
        detail = f"{error}. Send one JSON object in UTF-8."
        return problem(api, request, status=error.status_code, title="Unreadable", detail=detail)

    return answer


def _too_big(api: "NinjaAPI") -> Handler:
    def answer(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        detail = f"A request has {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes at most. Send it in parts."
        return problem(api, request, status=413, title="TooBig", detail=detail)

    return answer

"""The only place that knows both our errors and HTTP: domain errors become problem+json (RFC 9457)."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from massline.bodies.rules import CalendarUnknown
from massline.gather.rules import CallNotOpen, MessageRefused, ReceiptMistyped
from massline.respond.rules import CaseError, StaleCase
from massline.rights import NotAllowed
from massline.supervise.rules import RatedBefore

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


def problem(api: NinjaAPI, request: HttpRequest, *, status: int, title: str, detail: object) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = api.create_response(request, body, status=status)
    response["Content-Type"] = "application/problem+json"
    return response


def register(api: NinjaAPI) -> None:
    """Teach the API to word every domain error."""
    for kind, status in STATUS.items():
        api.add_exception_handler(kind, _domain(api, status))
    api.add_exception_handler(
        Http404,
        lambda request, _: problem(
            api, request, status=404, title="NotFound", detail="Nothing is published at this address."
        ),
    )
    api.add_exception_handler(
        HttpError, lambda request, e: problem(api, request, status=e.status_code, title="Refused", detail=str(e))
    )
    api.add_exception_handler(
        ValidationError, lambda request, e: problem(api, request, status=422, title="Unreadable", detail=_fields(e))
    )


def _domain(api: NinjaAPI, status: int) -> Callable[[HttpRequest, Exception], HttpResponse]:
    def answer(request: HttpRequest, error: Exception) -> HttpResponse:
        if status == 404:
            return problem(api, request, status=404, title="NotFound", detail="Nothing is published at this address.")
        return problem(api, request, status=status, title=type(error).__name__, detail=str(error))

    return answer


def _fields(error: ValidationError) -> list[dict[str, str]]:
    """What is wrong, field by field, without pydantic's own addresses and echoes."""
    return [{"field": ".".join(str(part) for part in fault["loc"]), "problem": fault["msg"]} for fault in error.errors]

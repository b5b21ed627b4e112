"""Themes for programs."""

from datetime import datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema

from massline.concentrate.queries import latest, run_counts, themes_of
from massline.gather.models import Call

router = Router(tags=["concentrate"])


class RunOut(Schema):
    """The run that found the themes."""

    finished_at: datetime
    method: str
    seed: int


class CountsOut(Schema):
    """Where every message went: the parts add up to `messages`."""

    messages: int
    placed: int
    not_placed: int
    too_short: int
    copy_of_another: int = Field(alias="copy")
    removed: int


class ThemeOut(Schema):
    """A theme. `parent`: id of the coarser theme, null at grain 0. `share`: of all messages, 0 to 1. Copies are counted."""

    id: int
    parent: int | None = Field(alias="parent_id")
    grain: int
    label: str
    keywords: list[str]
    messages: int
    senders: int
    share: float = Field(alias="share_raw")
    minority: bool
    typical: list[int] = Field(alias="typical_ids")


class ThemesOut(Schema):
    """What a call's messages speak of; without a run yet, `run` and `counts` are null."""

    run: RunOut | None
    counts: CountsOut | None
    themes: list[ThemeOut]


@router.get("/calls/{slug:ref}/themes", response=ThemesOut, summary="A call's themes, coarse to fine")
def list_themes(request: HttpRequest, ref: str) -> object:
    call = get_object_or_404(Call.objects.public(timezone.now()), ref=ref)
    run = latest(call)
    if run is None:
        return {"run": None, "counts": None, "themes": []}
    return {"run": run, "counts": run_counts(run), "themes": themes_of(run)}

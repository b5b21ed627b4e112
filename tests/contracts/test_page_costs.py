"""A public page asks the database at most fifteen times, however much there is to show."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from massline.concentrate.models import Theme
from massline.gather.models import Message
from massline.gather.rules import grouped
from massline.project.demo.load import Loaded, load
from massline.respond.models import Case

pytestmark = pytest.mark.django_db
MOST = 15


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Loaded]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield load(300)
        transaction.set_rollback(True)


def pages(loaded: Loaded) -> list[str]:
    theme, message = Theme.objects.select_related("run__call").latest("pk"), Message.objects.public().latest("pk")
    return [
        "/",
        "/calls/",
        "/calls/what-first/",
        "/calls/what-first/say/",
        "/calls/what-first/themes/",
        "/calls/what-first/places/",
        theme.get_absolute_url(),
        message.get_absolute_url(),
        "/you-said/",
        Case.objects.public().latest("pk").get_absolute_url(),
        "/receipt/",
        f"/receipt/{grouped(loaded.receipt)}/",
        "/scoreboard/",
        "/bodies/qingxi/",
        "/log/",
        "/log/proof/",
        "/removals/",
        "/removals/grounds/",
        "/sign-in/",
        "/api/calls",
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_public_page_asks_the_database_at_most_fifteen_times(loaded: Loaded, language: str) -> None:
    client = Client(headers={"accept-language": language})
    asked = {}
    for path in pages(loaded):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200, path
        asked[path] = len(queries)
    assert {path: number for path, number in asked.items() if number > MOST} == {}

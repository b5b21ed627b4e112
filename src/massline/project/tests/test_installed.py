"""What a telephone takes home: name, sign and worker; only files that exist, nothing from elsewhere."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_manifest_names_pages_and_signs_that_are_there(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    about = json.loads(answer.content)
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert client.get(about["start_url"]).status_code == 200
    assert all(
        icon["src"].startswith("/") and finders.find(icon["src"].removeprefix("/static/")) for icon in about["icons"]
    )
    page = client.get("/").content.decode()
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    touched = re.search(r'<link rel="apple-touch-icon" href="/static/([^"]+)">', page)[1]
    for name in (
        touched,
        *(icon["src"].removeprefix("/static/") for icon in about["icons"] if "maskable" in str(icon)),
    ):
        assert Path(finders.find(name)).read_bytes().startswith(b"\x89PNG")


def test_the_worker_keeps_files_that_are_there(client: Client) -> None:
    answer = client.get("/worker.js")
    shell = re.search(r"SHELL = \[(.*?)\]", answer.content.decode())[1].replace("\\u002D", "-")
    kept = re.findall(r'"([^"]+)"', shell)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert [
        path for path in kept if path.startswith("/static/") and not finders.find(path.removeprefix("/static/"))
    ] == []
    assert "/offline/" in kept


def test_the_page_without_a_network_is_the_same_for_everybody(client: Client) -> None:
    page = client.get("/offline/").content.decode()
    assert "csrf" not in page
    assert 'lang="zh-Hans"' in page

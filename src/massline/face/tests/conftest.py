"""Pages of the face, served without a database: they need none."""

from collections.abc import Iterator
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a running massline."""
    httpd = make_server("127.0.0.1", 0, WSGIHandler(), _Server, _Silent)
    thread = Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture
def visit(server: str, chromium: Any) -> Iterator[Any]:
    """visit(path, language=, theme=, large=, **context) -> page. Console errors and outside requests must stay none."""
    contexts = []
    strayed: list[str] = []

    def open_page(
        path: str = "/face/", *, language: str = "zh-CN", theme: str = "light", large: bool = False, **more: Any
    ) -> Any:
        more.setdefault("viewport", {"width": 390, "height": 844})
        context = chromium.new_context(locale=language, color_scheme=theme, **more)
        contexts.append(context)
        if large:
            context.add_cookies([{"name": "large_type", "value": "1", "url": server}])
        page = context.new_page()
        # A form sent back is no error of the page, though the browser notes its 422.
        page.on("console", lambda line: line.type == "error" and "422" not in line.text and strayed.append(line.text))
        page.on("request", lambda asked: asked.url.startswith(server) or strayed.append(asked.url))
        page.goto(server + path, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert strayed == []

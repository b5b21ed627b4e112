"""A model of OpenAI's kind on this machine, for tests: it answers as it is told to, and keeps what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, bytes] | None
"""Status and body; None: nothing, until the test is over."""


class FakeModel:
    """asked: (path, headers, question) of each question so far, in their order."""

    def __init__(self, answer: Callable[[str, dict], Answer]) -> None:
        self.asked: list[tuple[str, dict[str, str], dict]] = []
        self.over = threading.Event()
        self._answer = answer
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                model.asked.append((self.path, dict(self.headers), question))
                told = model._answer(self.path, question)
                if told is None:
                    model.over.wait()
                    return
                self.send_response(told[0])
                self.send_header("Content-Length", str(len(told[1])))
                if told[0] == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(told[1])

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    @contextmanager
    def open(self) -> Iterator["FakeModel"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def said(told: object, status: int = 200) -> Answer:
    return status, json.dumps(told).encode()

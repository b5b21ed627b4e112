"""Visits the running demo as a browser would, in both languages, and says what it saw: `scripts/demo --check`.

python -m massline.project.demo.visit http://127.0.0.1:8000
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from time import perf_counter
from typing import Final
from urllib.parse import urlencode, urlsplit

from massline.project.demo.staff import PASSWORD

HEAVIEST: Final = 100_000  # bytes on the wire, with everything that the page loads
MISTYPED: Final = "7K4Q-2XWD-93BN"
_LOADED: Final = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Page:
    """What came back. ms: of the second visit, when everything is warm. size: bytes on the wire, assets included."""

    path: str
    status: int
    text: str
    ms: float = 0.0
    size: int = 0

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.text, flags=re.DOTALL)
        return " ".join(unescape(found[1]).split()) if found else self.text[:60]

    def link(self, pattern: str) -> str:
        """The first address on the page that fits. Raises LookupError."""
        found = re.search(rf'href="({pattern})"', self.text)
        if not found:
            raise LookupError(f"{self.path} has no link to {pattern}")
        return unescape(found[1])


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser set to one language. Keeps cookies; the sizes of files it has loaded once are remembered."""

    host: str
    language: str
    cookies: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def get(self, path: str) -> Page:
        self._ask(path)
        begun = perf_counter()
        status, text, size = self._ask(path)
        ms = (perf_counter() - begun) * 1000
        return Page(path, status, text, ms, size + sum(self._size(asset) for asset in set(_LOADED.findall(text))))

    def post(self, path: str, **fields: str) -> Page:
        """Send the form that stands on this page, and follow where it leads."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self._ask(path)[1])
        form = {"csrfmiddlewaretoken": token[1] if token else "", **fields}
        status, text, _ = self._ask(path, form)
        return Page(path, status, text)

    def _size(self, address: str) -> int:
        if urlsplit(address).netloc:
            raise LookupError(f"the page loads {address}, which lies elsewhere")
        if address not in self.sizes and not address.startswith("data:"):
            self.sizes[address] = self._ask(address)[2]
        return self.sizes.get(address, 0)

    def _ask(self, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str, int]:
        """Status, text and size of one answer; a redirect is followed."""
        headers = {"Accept-Language": self.language, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        else:
            style = "gzip" if path.endswith(".css") else "identity"  # pages are read, style is weighed
            headers["Accept-Encoding"] = "br" if path.startswith("/static/") else style
        connection = HTTPConnection(self.host, timeout=30)
        try:
            body = urlencode(form) if form else None
            connection.request(
                "POST" if form else "GET", path, body, headers | {"Referer": f"http://{self.host}{path}"}
            )
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self._keep(answer)
        if answer.status in (301, 302, 303):
            return self._ask(answer.headers["Location"])
        return answer.status, content.decode(errors="replace"), len(content)

    def _keep(self, answer: HTTPResponse) -> None:
        for line in answer.headers.get_all("Set-Cookie", []):
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value


def walk(visitor: Visitor) -> Iterator[tuple[Page, int]]:
    """Every main page, with the status it should have: each found by the links of the one before it, as a person would."""
    yield visitor.get("/"), 200
    calls = visitor.get("/calls/")
    yield calls, 200
    call = visitor.get(calls.link(r"/calls/[\w-]+/"))
    yield call, 200
    yield visitor.get(call.path + "say/"), 200
    themes = visitor.get(call.path + "themes/")
    yield themes, 200
    theme = visitor.get(themes.link(r"/calls/[\w-]+/themes/\d+/"))
    yield theme, 200
    yield visitor.get(theme.link(r"/messages/\d+/")), 200
    answered = visitor.get("/you-said/")
    yield answered, 200
    yield visitor.get(answered.link(r"/cases/\d+/")), 200
    yield visitor.get("/receipt/"), 200
    yield visitor.post("/receipt/", code=MISTYPED), 422
    board = visitor.get("/scoreboard/")
    yield board, 200
    yield visitor.get(board.link(r"/bodies/[\w-]+/")), 200
    yield visitor.get("/log/"), 200
    yield visitor.get("/calls/no-such-call/"), 404
    yield visitor.get("/api/openapi.json"), 200
    yield visitor.get("/api/calls"), 200
    yield from desk(visitor)


def desk(visitor: Visitor) -> Iterator[tuple[Page, int]]:
    """What a handler sees once she is in; a wrong password first."""
    yield visitor.get("/sign-in/"), 200
    yield visitor.post("/sign-in/", username="handler", password="not this one"), 422  # noqa: S106
    yield visitor.post("/sign-in/", username="handler", password=PASSWORD), 200
    queue = visitor.get("/desk/")
    yield queue, 200
    yield visitor.get(queue.link(r"/desk/messages/\d+/take/")), 200
    yield visitor.get(queue.link(r"/desk/cases/\d+/")), 200


def faults(page: Page, wanted: int) -> Iterator[str]:
    if page.status != wanted:
        yield f"answered {page.status}, not {wanted}"
    if page.size > HEAVIEST:
        yield f"weighs {page.size:,} bytes, more than {HEAVIEST:,}"


def main(address: str) -> int:
    """Print a line for each page. 0 when all were as they should be, else 1."""
    bad = 0
    sys.stdout.write(f"{'':5} {'status':>6} {'ms':>6} {'kB':>6}  page\n")
    for language in ("zh-hans", "en"):
        visitor = Visitor(urlsplit(address).netloc, language)
        try:
            for page, wanted in walk(visitor):
                wrong = "; ".join(faults(page, wanted))
                bad += bool(wrong)
                line = f"{language[:2]:5} {page.status:6} {page.ms:6.0f} {page.size / 1000:6.1f}  {page.path}  {page.title}"
                sys.stdout.write(f"{line}{'   WRONG: ' + wrong if wrong else ''}\n")
        except (LookupError, OSError) as problem:
            bad += 1
            sys.stdout.write(f"{language[:2]:5} WRONG: {problem}\n")
    sys.stdout.write("All pages are as they should be.\n" if not bad else f"{bad} pages are not as they should be.\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

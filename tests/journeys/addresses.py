"""Every page of the house, found as people find pages: by following links, as a visitor and as each member of staff.

What the URL configuration names and nobody can reach is told by `unreached`: a new page cannot be forgotten."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.urls import Resolver404, get_resolver, resolve
from django.urls.resolvers import URLPattern, URLResolver

from massline.project.demo.staff import KNOWN, PASSWORD
from massline.project.demo.visit import Visitor
from tests.journeys.house import House

EXAMPLES = 2  # pages of one kind that one person opens
VISITOR = ""
EVERYBODY = (VISITOR, *(member.username for member in KNOWN))
NO_SUCH_PAGE = "/calls/no-such-call/"
_LINK = re.compile(r'\b(?:href|hx-get)="([^"#][^"]*)"')
_FORM = re.compile(r'\b(?:action|hx-post)="([^"#][^"]*)"')
_MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)

Kind = tuple[str, tuple[str, ...]]  # a route of the URL configuration, and the names of the parameters after the ?
NOWHERE: Kind = ("nowhere", ())


@dataclass(frozen=True)
class Place:
    """A page that somebody may open. who: a login of the demo, or VISITOR. text: its HTML."""

    who: str
    kind: Kind
    path: str
    text: str


@dataclass
class Tour:
    """What was found. seen: all routes that some page links to or sends a form to. broken: links that lead to an error, with its
    status. cookies: of each person, as signed in."""

    places: list[Place] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    broken: set[tuple[str, int]] = field(default_factory=set)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, who: str) -> list[Place]:
        return [place for place in self.places if place.who == who]


def tour(house: House, everybody: Sequence[str] = EVERYBODY) -> Tour:
    """Walk the house as everybody. A page is kept again for the next person only where its `main` offers her something else.

    In Chinese: what a page offers does not depend on the language. Cost: about ninety requests for each person, 20 s of one core
    for all."""
    found, offered = Tour(), set[tuple[Kind, frozenset[Kind]]]()
    for who in everybody:
        found.cookies[who] = cookies_of(house, who)
        starts = [*(["/desk/"] if who else [NO_SUCH_PAGE]), "/", f"/receipt/{house.receipt}/"]
        for place in _walk(house, who, starts, found):
            offer = (place.kind, frozenset(map(kind_of, [*links(place, within=_MAIN), *forms(place, within=_MAIN)])))
            if offer not in offered:
                offered.add(offer)
                found.places.append(place)
    return found


def cookies_of(house: House, who: str) -> dict[str, str]:
    """What a browser keeps of somebody who has just signed in; of a visitor only that it has our style."""
    visitor = Visitor(house.url.removeprefix("http://"), "en")
    visitor.get("/")
    if who:
        visitor.post("/sign-in/", username=who, password=PASSWORD)
    return visitor.cookies


def routes() -> set[str]:
    """All routes of the URL configuration; the API's are in tests/contracts/openapi.json."""
    return {route for route in _routes(get_resolver(), "") if not route.startswith("api/")}


def links(place: Place, within: re.Pattern[str] | None = None) -> list[str]:
    """Our own addresses that the page links to, in order, each once."""
    return _addresses(place, _LINK, within)


def forms(place: Place, within: re.Pattern[str] | None = None) -> list[str]:
    """Our own addresses that the page sends forms to."""
    return _addresses(place, _FORM, within)


def _addresses(place: Place, pattern: re.Pattern[str], within: re.Pattern[str] | None) -> list[str]:
    text = "".join(within.findall(place.text)) if within else place.text
    found = (urljoin(place.path, unescape(address)).split("#")[0] for address in pattern.findall(text))
    return list(dict.fromkeys(path for path in found if path.startswith("/") and not path.startswith("//")))


def kind_of(path: str) -> Kind:
    """Route and parameters; NOWHERE for what is no address of the URL configuration (a style sheet)."""
    asked = urlsplit(path)
    try:
        route = resolve(asked.path).route
    except Resolver404:
        return NOWHERE
    return route, tuple(sorted({name for name, _ in parse_qsl(asked.query)}))


def _walk(house: House, who: str, starts: list[str], found: Tour) -> Iterator[Place]:
    """Every kind of HTML page that this person can reach, EXAMPLES of each."""
    waiting, known, opened = list(starts), set(starts), Counter[Kind]()
    while waiting:
        path = waiting.pop(0)
        kind = kind_of(path)
        found.seen.add(kind[0])
        if kind == NOWHERE or opened[kind] >= EXAMPLES:
            continue
        status, text, onward = _open(house, path, found.cookies[who])
        if status >= 400 and path != NO_SUCH_PAGE:
            found.broken.add((path, status))
            continue
        place = Place(who, kind, path, text)
        if text:
            opened[kind] += 1
            found.seen.update(kind_of(form)[0] for form in forms(place))
            yield place
        fresh = [address for address in [*onward, *links(place)] if address not in known]
        known.update(fresh)
        waiting += fresh


def _open(house: House, path: str, cookies: dict[str, str]) -> tuple[int, str, list[str]]:
    """Status and HTML at this address ("" where it is none), and where the answer sends the browser on."""
    headers = {"Accept-Language": "zh-hans", "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    connection = HTTPConnection(urlsplit(house.url).netloc, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    finally:
        connection.close()
    if answer.status in (301, 302, 303):
        return answer.status, "", [urljoin(path, answer.headers["Location"])]
    is_page = answer.headers.get_content_type() == "text/html"
    return answer.status, text if is_page else "", []


def _routes(resolver: URLResolver, before: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _routes(pattern, route)

"""What people really type and what networks really lose, on every part that shows names, titles and texts."""

from datetime import date
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import override_settings
from django.urls import include, path

from massline.face import urls as face_urls
from massline.face.pager import listed
from massline.face.parts import Cell, Column, Moment, Row, Share

WORDS = {
    "200 characters without a space": "无" * 200,
    "200 Latin letters without a space": "Donaudampfschifffahrt" * 9 + "Donau" * 2 + "x",
    "right to left": "ئۇيغۇر تىلىدىكى بىر ماۋزۇ: يولدا چىراغ يوق",
    "turned round by force": "路灯\u202e坏了\u202d\u2066修",
    "emoji": "👩🏽‍🌾🏮" * 50,
    "marks upon marks": "z" + "\u0351\u0352\u0357" * 60,
    "nothing to be seen": "\u200b\u2060\u3000",
    "markup": "</title></h1><script>alert(1)</script>&amp;",
}
PAGE = engines["django"].from_string(
    '{% extends "face/public.html" %}{% load face_tags %}{% block title %}{{ words }}{% endblock %}'
    '{% block lead %}<div class="face-lead"><h1>{{ words }}</h1><p>{{ words }}</p></div>{% endblock %}{% block main %}'
    '<p id="sentence"><a href="#">{{ words }}</a> <span id="after">之后</span></p>'
    '{% include "face/parts/list.html" with items=rows label=words only %}'
    '{% include "face/parts/card.html" with title=words text=words meta=words tag=words url="#" only %}'
    '{% include "face/parts/timeline.html" with items=moments only %}'
    '{% include "face/parts/steps.html" with items=steps current=2 label=words only %}'
    '{% include "face/parts/figure.html" with label=words number=words note=words only %}'
    '{% include "face/parts/notice.html" with title=words text=words url="#" action=words only %}'
    '{% include "face/parts/toast.html" with text=words only %}'
    '{% include "face/parts/waiting.html" with title=words text=words url="#" only %}'
    '{% include "face/parts/empty.html" with title=words text=words url="#" action=words only %}'
    '{% include "face/parts/receipt.html" with code="7WZN-6EW6-T63D" url=address when=words phone=words only %}'
    '{% include "face/parts/progress.html" with label=words value=1 total=2 only %}'
    '{% include "face/parts/button.html" with text=words only %}'
    '{% include "face/parts/dialog.html" with url="#" text=words only %}'
    '{% quote words url="#" meta=words %}{% table words head cells %}{% share_bar shares words %}{% due_day day 3 %}'
    '{% include "face/parts/pager.html" %}{% endblock %}'
)


def page(request: HttpRequest) -> HttpResponse:
    words = WORDS[request.GET["words"]]
    context = {
        "words": words,
        "rows": [Row(title=words, url="#", text=words, meta=words, tag=words)],
        "moments": [Moment(when=words, title=words, who=words, text=words)],
        "steps": [words, words],
        "head": [Column(words), Column(words, number=True)],
        "cells": [[Cell(words, url="#", note=words), Cell(tag=words)]],
        "shares": [Share(words, 3), Share(words, 0)],
        "day": date(2026, 10, 12),
        "page": listed(range(10_000_000), "500000", 10),
        "address": "https://massline.example/receipt/7WZN-6EW6-T63D/",
    }
    return HttpResponse(PAGE.render(context, request))


urlpatterns = [path("face/", include(face_urls)), path("bad/", page)]
pytestmark = [pytest.mark.journey, pytest.mark.urls("massline.face.tests.test_bad_input")]
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LEFT = "selector => document.querySelector(selector).getBoundingClientRect().left"
COVERED = """() => [...document.querySelectorAll("main a[href], main button")].filter(e => e.offsetParent).filter(e => {
    e.scrollIntoView({block: "center"})
    const box = e.getClientRects()[0], under = document.elementFromPoint(box.left + 3, box.top + box.height / 2)
    return under && !e.contains(under) && !under.contains(e)
}).map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large"])
def test_no_words_break_a_part(visit: Any, server: str, large: bool) -> None:
    """On a phone of 320 px nothing leaves the page, nothing covers what can be pressed, and every word is there."""
    shown = visit(large=large, viewport={"width": 320, "height": 640})
    broken = {}
    for name, words in WORDS.items():
        with override_settings(SITE_NAME=words):
            shown.goto(f"{server}/bad/?words={name}", wait_until="load")
        title = shown.locator("main h1").evaluate("title => title.textContent")
        inline = shown.locator("script:not([src])").count()
        broken[name] = [shown.evaluate(WIDE), shown.evaluate(COVERED), title == words, inline]
    assert {name: found for name, found in broken.items() if found != [0, [], True, 0]} == {}


def test_words_from_right_to_left_begin_at_the_right_and_leave_their_neighbours_in_order(visit: Any) -> None:
    shown = visit("/bad/?words=turned round by force", viewport={"width": 1280, "height": 800})
    assert shown.evaluate(LEFT, "#sentence a") < shown.evaluate(LEFT, "#after")
    shown = visit("/bad/?words=right to left", viewport={"width": 1280, "height": 800})
    assert shown.evaluate("() => getComputedStyle(document.querySelector('blockquote')).unicodeBidi") == "plaintext"
    assert shown.locator("blockquote").get_attribute("lang") == "ug"


@pytest.mark.parametrize("lost", ["css", "js", "svg"])
def test_a_page_whose_files_were_lost_on_the_way_is_still_read_and_its_form_sent(
    chromium: Any, server: str, lost: str
) -> None:
    page = chromium.new_page(locale="zh-CN")
    page.route(f"**/*.{lost}", lambda route: route.abort())
    page.goto(server + "/face/")
    assert page.locator("h1").is_visible()
    page.locator("textarea").first.fill("路灯坏了")
    page.locator("form[novalidate] button").first.click()
    page.locator(".ds-error-summary").wait_for()
    assert page.locator("textarea").first.input_value() == "路灯坏了"
    page.close()


def test_a_page_that_stopped_half_way_is_read_as_far_as_it_came(chromium: Any, server: str) -> None:
    page = chromium.new_page(locale="zh-CN")

    def half(route: Any) -> None:
        answer = route.fetch()
        text = answer.text()
        route.fulfill(status=200, content_type="text/html; charset=utf-8", body=text[: text.index('id="steps"')])

    page.route("**/face/", half)
    page.goto(server + "/face/")
    assert page.locator("form[novalidate] textarea").is_visible()
    assert page.evaluate(WIDE) <= 0
    page.close()

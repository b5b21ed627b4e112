"""Reading aloud in a real browser with a voice that is played: Debian's Chromium has none of its own."""

from typing import Any

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.urls("massline.face.tests.test_views")]

# A voice that says one word whenever the test calls next(): nothing depends on how fast anything is.
VOICE = """(() => {
    class Speech extends EventTarget {
        voices = VOICES.map(([lang, localService]) => ({lang, localService, name: lang}));
        said = []; now = null; queue = [];
        getVoices() { return this.voices }
        speak(spoken) { this.queue.push(spoken); if (!this.now) this.begin() }
        begin() {
            this.now = this.queue.shift() || null
            if (this.now) { this.at = 0; this.said.push(this.now.text); this.now.onstart() }
        }
        next() {
            const length = 2;
            if (this.at >= this.now.text.trimEnd().length) { const done = this.now; this.now = null; done.onend(); return }
            this.now.onboundary({charIndex: this.at, charLength: LENGTHS ? length : undefined, name: "word"});
            this.at += length;
        }
        cancel() { const was = this.now; this.now = null; this.queue = []; if (was) was.onerror({error: "canceled"}) }
    }
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
    Object.defineProperty(window, "speechSynthesis", {value: new Speech(), configurable: true});
})()"""
READY = "() => import(document.querySelector('[data-aloud]').dataset.script).then(() => {})"  # fetched after the page
CHINESE, ENGLISH = ["zh-CN", True], ["en-GB", True]
HIDDEN_WORDS = (
    """() => document.querySelector("h1").insertAdjacentHTML("afterend", '<p class="ds-sr-only">只给读屏</p>')"""
)
MARKED = """() => [...(CSS.highlights.get("spoken") || [])].map(range => range.toString()).join("")"""


@pytest.fixture
def reader(chromium: Any, server: str) -> Any:
    """reader(*voices, …) -> the living page in a browser with these voices."""
    pages = []

    def opened(*voices: list[Any], lengths: bool = True, language: str = "zh-CN") -> Any:
        page = chromium.new_page(locale=language, viewport={"width": 390, "height": 844})
        pages.append(page)
        known = repr(list(voices)).replace("True", "true").replace("False", "false")
        page.add_init_script(VOICE.replace("VOICES", known).replace("LENGTHS", str(lengths).lower()))
        page.goto(server + "/face/")
        page.evaluate(READY)
        return page

    yield opened
    for page in pages:
        page.close()


def button(page: Any) -> Any:
    return page.locator("[data-aloud]")


def said(page: Any) -> list[str]:
    words: list[str] = page.evaluate("speechSynthesis.said")
    return words


@pytest.mark.parametrize(
    ("voices", "shown"),
    [([], False), ([ENGLISH], False), ([["zh-CN", False]], False), ([CHINESE], True), ([["zh_TW", True]], True)],
    ids=["none", "another-language", "only-a-distant-one", "own", "another-script"],
)
def test_the_button_is_there_only_with_a_voice_of_this_machine_for_this_language(
    reader: Any, voices: list[Any], shown: bool
) -> None:
    assert button(reader(*voices)).is_visible() is shown


def test_a_voice_that_is_known_late_brings_the_button(reader: Any) -> None:
    page = reader()
    page.evaluate("""speechSynthesis.voices = [{lang: "zh-CN", localService: true}];
        speechSynthesis.dispatchEvent(new Event("voiceschanged"))""")
    assert button(page).is_visible()


def test_every_word_is_marked_while_it_is_spoken_and_none_twice(reader: Any) -> None:
    page = reader(CHINESE, ENGLISH)
    button(page).click()
    assert button(page).inner_text() == "停止朗读"
    first = said(page)[0]
    assert first in page.locator("h1").inner_text()
    marked = []
    for _ in range(0, len(first), 2):
        page.evaluate("speechSynthesis.next()")
        marked.append(page.evaluate(MARKED))
    assert "".join(marked) == first
    assert page.locator("[data-spoken]").count() == 1


def test_a_voice_that_does_not_say_how_long_a_word_is_still_has_its_word_marked(reader: Any) -> None:
    page = reader(CHINESE, lengths=False)
    button(page).click()
    page.evaluate("speechSynthesis.next()")
    first = said(page)[0]
    assert 1 <= len(page.evaluate(MARKED)) < len(first)
    assert first.startswith(page.evaluate(MARKED))


def test_the_whole_page_is_read_in_its_order_and_then_it_stops(reader: Any) -> None:
    page = reader(CHINESE, ENGLISH)
    button(page).click()
    page.evaluate("() => { let steps = 0; while (speechSynthesis.now && steps++ < 1e5) speechSynthesis.next() }")
    heard = "".join(said(page))
    places = [heard.index(text.strip()) for text in page.locator("main h2").all_inner_texts() if text.strip() in heard]
    assert len(places) > 10
    assert places == sorted(places)
    assert "Whoever works in town has to walk." in heard  # in its own language, by its own voice
    assert button(page).inner_text() == "朗读"
    assert page.locator("[data-spoken]").count() == 0
    assert page.evaluate(MARKED) == ""


def test_what_another_language_says_is_left_out_without_a_voice_for_it(reader: Any) -> None:
    page = reader(CHINESE)
    button(page).click()
    page.evaluate("() => { while (speechSynthesis.now) speechSynthesis.next() }")
    assert not any("Whoever" in text for text in said(page))


def test_a_second_tap_stops_at_once_and_a_third_begins_anew(reader: Any) -> None:
    page = reader(CHINESE)
    button(page).click()
    page.evaluate("speechSynthesis.next()")
    button(page).click()
    assert page.evaluate("speechSynthesis.now") is None
    assert page.locator("[data-spoken]").count() == 0
    button(page).click()
    assert said(page)[0] == said(page)[-1]


def test_without_highlights_the_paragraph_is_marked(reader: Any) -> None:
    page = reader(CHINESE)
    page.evaluate("delete window.Highlight")
    button(page).click()
    assert page.locator("h1[data-spoken]").count() == 1


def test_words_for_the_ear_alone_and_what_is_folded_away_are_not_read(reader: Any) -> None:
    page = reader(CHINESE)
    page.evaluate(HIDDEN_WORDS)
    button(page).click()
    page.evaluate("() => { while (speechSynthesis.now) speechSynthesis.next() }")
    heard = "".join(said(page))
    assert "只给读屏" not in heard
    assert "每个数字都" not in heard  # inside a closed <details>

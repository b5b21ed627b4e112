"""How soon a page is there for somebody with an old phone far from a mast: largest paint and answer to a touch.

    scripts/bench pages

A house with a made-up county is started; Chromium opens each page as a first visit, nothing cached, a phone of 390 × 844 px,
its own throttling set (Chrome DevTools Protocol): the network as WebPageTest's "3G slow" (400 kbit/s each way, 400 ms there and
back), the processor four times slower. The largest paint is what the browser reports (`largest-contentful-paint`); the answer
is the slowest of typing a sentence, opening what can be opened and pressing Tab (`event` timing, from the touch to
the next paint). Medians of ROUNDS. Beside them the bytes of the page itself: as it came over the line (compressed, with the style
inside, as a first visit gets it), and its markup when read (without the style). Result in results/pages.json.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the house of the journeys

from tests.browser import started  # noqa: E402
from tests.journeys.house import House, furnished, running  # noqa: E402

RESULT = Path(__file__).parent / "results" / "pages.json"
ROUNDS = 5
NETWORK = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # ms, bytes/s
SLOWER = 4
PHONE = {"width": 390, "height": 844}
MOST_PAINT, MOST_ANSWER = 1500, 200  # ms
WATCH = """() => {
    window.paints = []; window.answers = []
    new PerformanceObserver(seen => paints.push(...seen.getEntries().map(e => e.startTime)))
        .observe({type: "largest-contentful-paint", buffered: true})
    new PerformanceObserver(seen => answers.push(...seen.getEntries().map(e => e.duration)))
        .observe({type: "event", durationThreshold: 16, buffered: true})
}"""
_STYLE = re.compile(rb"<style.*?</style>", re.DOTALL)
PATHS = (
    "/",
    "/calls/",
    "/calls/what-first/",
    "/calls/what-first/say/",
    "/calls/what-first/themes/",
    "/you-said/",
    "/scoreboard/",
)


def measure(chromium: Browser, address: str) -> tuple[float, float, int, int]:
    """Largest paint and slowest answer of one first visit, milliseconds; its bytes on the line, and those of its markup."""
    with chromium.new_context(locale="zh-CN", viewport=PHONE, has_touch=True) as context:
        page = context.new_page()
        throttle = context.new_cdp_session(page)
        throttle.send("Network.enable")
        throttle.send("Network.emulateNetworkConditions", NETWORK)
        throttle.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        answer = page.goto(address, wait_until="load")
        if answer is None:
            raise RuntimeError(f"{address} gave no answer.")
        page.evaluate(WATCH)
        page.wait_for_timeout(500)  # what is painted late is reported late
        paint = float(page.evaluate("Math.max(0, ...paints)"))
        touch(page)
        page.wait_for_timeout(500)
        markup = len(_STYLE.sub(b"", answer.body()))
        on_the_line = answer.request.sizes()["responseBodySize"]
        return paint, float(page.evaluate("Math.max(0, ...answers)")), on_the_line, markup


def touch(page: Page) -> None:
    """What one does on any page."""
    for field in page.locator("main textarea:visible").all()[:1]:
        field.tap()
        page.keyboard.type("村口的路灯坏了三个月")
    for summary in page.locator("main details > summary:visible").all()[:2]:
        summary.tap()
    for _ in range(3):
        page.keyboard.press("Tab")


def measure_all(house: House) -> list[dict[str, object]]:
    """A line for each page; the receipt's among them."""
    lines: list[dict[str, object]] = []
    with started() as chromium:
        for path in (*PATHS, f"/receipt/{house.receipt}/"):
            measure(chromium, house.url + path)  # the server's first answer is not the page's
            rounds = [measure(chromium, house.url + path) for _ in range(ROUNDS)]
            paints, answers = [one[0] for one in rounds], [one[1] for one in rounds]
            name = path if house.receipt not in path else "/receipt/…/"
            lines.append(
                {"page": name, "paint_ms": round(median(paints)), "paints": [round(paint) for paint in paints]}
            )
            lines[-1] |= {"answer_ms": round(median(answers)), "answers": [round(answer) for answer in answers]}
            lines[-1] |= {"bytes_on_the_line": rounds[-1][2], "bytes_of_markup": rounds[-1][3]}
            said = "{page:32} paint {paint_ms:>5} ms   answer {answer_ms:>4} ms   {bytes_on_the_line:>6,} bytes on the line"
            print(said.format(**lines[-1]))
    return lines


def main() -> int:
    """1 when a page is slower than it may be."""
    with tempfile.TemporaryDirectory() as folder, running(furnished(Path(folder))) as house:
        lines = measure_all(house)
    about = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "network": NETWORK,
        "cpu_slower": SLOWER,
    }
    RESULT.write_text(json.dumps({**about, "pages": lines}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    slow = [
        line for line in lines if int(str(line["paint_ms"])) > MOST_PAINT or int(str(line["answer_ms"])) > MOST_ANSWER
    ]
    print(f"{len(slow)} of {len(lines)} pages are slower than {MOST_PAINT} ms to paint or {MOST_ANSWER} ms to answer.")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())

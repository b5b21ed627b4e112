"""The pages that docs/pictures/ shows, as pictures: made anew, or compared. Called by scripts/pictures.

Of pages on which nothing depends on the day, small pictures (STEADY) are kept besides: every run of the tests compares them where
type is drawn as it was when they were made (`type.txt`)."""

import sys
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from massline.project.demo.staff import PASSWORD
from tests.browser import started

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
DESK, PHONE = (1200, 1000), (390, 800)
MOST = 0.02  # share of pixels that may differ
SEEN = 24  # of 255: a difference that an eye would see
COMPARE = """async ([one, other, seen]) => {
    const draw = async png => {
        const picture = Object.assign(new Image(), {src: "data:image/png;base64," + png})
        await picture.decode()
        const paper = new OffscreenCanvas(picture.width, picture.height).getContext("2d")
        paper.drawImage(picture, 0, 0)
        return paper.getImageData(0, 0, picture.width, picture.height)
    }
    const [first, second] = [await draw(one), await draw(other)]
    if (first.width !== second.width || first.height !== second.height) return 1
    let apart = 0
    for (let at = 0; at < first.data.length; at += 4)
        apart += [0, 1, 2].some(c => Math.abs(first.data[at + c] - second.data[at + c]) > seen)
    return apart / (first.width * first.height)
}"""
SMALLER = """async ([png, by]) => {
    const picture = Object.assign(new Image(), {src: "data:image/png;base64," + png})
    await picture.decode()
    const paper = new OffscreenCanvas(Math.round(picture.width / by), Math.round(picture.height / by))
    const pen = paper.getContext("2d")
    pen.imageSmoothingQuality = "high"
    pen.drawImage(picture, 0, 0, paper.width, paper.height)
    const bytes = new Uint8Array(await (await paper.convertToBlob()).arrayBuffer())
    return btoa(String.fromCharCode(...bytes))
}"""
TYPE = """<!doctype html><meta charset="utf-8"><style>body { font: 18px/1.7 system-ui, sans-serif } b { font-size: 40px }
:lang(en) { font-family: "Segoe UI", "Helvetica Neue", Roboto, "Noto Sans", Arial } code { font-family: monospace }</style>
<p>办理公开榜：8,542,000 条留言，Which body answers? <b>意见 Aa</b> <code>ML-7K4Q</code><p lang="en">Which body answers?"""
"""Two machines on which this looks the same draw pages alike: in the fonts that each has for Chinese, and in those that pages
in English ask for (face/tokens.css)."""
STILL = "* { animation: none !important; transition: none !important; caret-color: transparent !important }"


@dataclass(frozen=True)
class Picture:
    """A page in a window. path: an address, or the links to follow from one, by the beginnings of their addresses; at: which of
    those that begin so is the first of them, from 0."""

    name: str
    path: str
    links: tuple[str, ...] = ()
    at: int = 0
    size: tuple[int, int] = DESK
    language: str = "zh-CN"
    who: str = ""
    dark: bool = False
    large: bool = False


PICTURES = (
    Picture("front", "/", size=PHONE),
    Picture("front-en", "/", size=PHONE, language="en-GB"),
    Picture("front-desk", "/"),
    Picture("front-dark", "/", dark=True),
    Picture("front-large", "/", size=PHONE, large=True),
    Picture("front-traditional", "/", size=PHONE, language="zh-TW"),
    Picture("calls", "/calls/", size=PHONE),
    Picture("call", "/calls/what-first/"),
    Picture("say", "/calls/what-first/say/", size=PHONE),
    Picture("say-large", "/calls/what-first/say/", size=PHONE, large=True),
    Picture("themes", "/calls/what-first/themes/"),
    Picture("themes-en", "/calls/what-first/themes/", language="en-GB"),
    Picture("theme", "/calls/what-first/themes/", ("/calls/what-first/themes/",), at=2),
    Picture("places", "/calls/what-first/places/"),
    Picture("opinions", "/face/opinions/"),
    Picture("you-said", "/you-said/", size=PHONE),
    Picture("case", "/you-said/", ("/cases/",)),
    Picture("scoreboard", "/scoreboard/"),
    Picture("body", "/bodies/qingxi/", size=PHONE),
    Picture("log", "/log/"),
    Picture("proof", "/log/proof/", size=PHONE),
    Picture("removals", "/removals/", size=PHONE),
    Picture("queue", "/desk/", who="handler"),
    Picture("desk-case", "/desk/?show=open", ("/desk/cases/",), who="handler"),
    Picture("visit", "/desk/visit/", size=PHONE, who="handler"),
    Picture("room", "/desk/calls/what-first/themes/", who="analyst"),
    Picture(
        "take-theme", "/calls/what-first/themes/", ("/calls/what-first/themes/", "/desk/themes/"), at=2, who="leader"
    ),
    Picture("queue-leader", "/desk/", who="leader", dark=True),
)


STEADY = (
    Picture("parts", "/face/"),
    Picture("parts-dark", "/face/", size=PHONE, dark=True),
    Picture("parts-large", "/face/", size=PHONE, large=True, language="en-GB"),
    Picture("receipt", "/receipt/", size=PHONE),
    Picture("grounds", "/removals/grounds/"),
    Picture("proof", "/log/proof/", language="en-GB"),
)
SMALL = FOLDER / "steady"
TIMES = 4  # smaller: so many bytes fewer, and no pixel alone is counted
MOST_STEADY = (
    0.001  # share of their pixels that may differ: a round corner on all buttons is 0.0014, a title 6 px lower 0.06
)


def draw(chromium: Any, base: str, picture: Picture) -> bytes:
    """The page as PNG. Raises TimeoutError where a link is missing."""
    scheme = "dark" if picture.dark else "light"
    size = {"width": picture.size[0], "height": picture.size[1]}
    with chromium.new_context(
        locale=picture.language, viewport=size, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    ) as context:
        if picture.large:
            context.add_cookies([{"name": "large_type", "value": "1", "url": base}])
        page = context.new_page()
        if picture.who:
            page.goto(base + "/sign-in/")
            page.locator("input[name=username]").fill(picture.who)
            page.locator("input[name=password]").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/desk/")
        page.goto(base + picture.path)
        for link, at in zip(picture.links, (picture.at, 0), strict=False):
            with page.expect_navigation():
                page.locator(f"main a[href^='{link}']:not([href='{picture.path}'], [href$='/acts/'])").nth(at).press(
                    "Enter"
                )
        page.wait_for_load_state("networkidle")
        page.add_style_tag(content=STILL)
        return bytes(page.screenshot())


def difference(chromium: Any, one: bytes, other: bytes) -> float:
    """Share of pixels that an eye would tell apart, counted by the browser; 1 where the sizes differ."""
    page = chromium.new_page()
    try:
        return float(page.evaluate(COMPARE, [b64encode(one).decode(), b64encode(other).decode(), SEEN]))
    finally:
        page.close()


def smaller(chromium: Any, png: bytes) -> bytes:
    """The same picture, TIMES smaller each way."""
    page = chromium.new_page()
    try:
        return b64decode(page.evaluate(SMALLER, [b64encode(png).decode(), TIMES]))
    finally:
        page.close()


def drawn_type(chromium: Any) -> str:
    """What type looks like on this machine, as a digest."""
    with chromium.new_context(viewport={"width": 400, "height": 300}) as context:
        page = context.new_page()
        page.set_content(TYPE)
        return sha256(page.screenshot()).hexdigest()


def keep_steady(chromium: Any, base: str) -> None:
    """Make the small pictures anew."""
    SMALL.mkdir(exist_ok=True)
    for picture in STEADY:
        (SMALL / f"{picture.name}.png").write_bytes(smaller(chromium, draw(chromium, base, picture)))
    (SMALL / "type.txt").write_text(drawn_type(chromium) + "\n", encoding="utf-8")


def main(base: str, *options: str) -> int:
    """1 where --check finds a page that differs from its picture, or one without a picture."""
    differing = 0
    with started() as chromium:
        for picture in PICTURES:
            png, path = draw(chromium, base, picture), FOLDER / f"{picture.name}.png"
            if "--check" not in options:
                path.write_bytes(png)
                continue
            apart = difference(chromium, png, path.read_bytes()) if path.exists() else 1.0
            differing += apart > MOST
            sys.stdout.write(f"{picture.name:20} {apart:6.1%}{'  DIFFERS' if apart > MOST else ''}\n")
        if "--check" not in options:
            keep_steady(chromium, base)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

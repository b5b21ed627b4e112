"""The pages that docs/pictures/ shows, as pictures: made anew, or compared. Called by scripts/pictures."""

import sys
from base64 import b64encode
from dataclasses import dataclass
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
STILL = "* { animation: none !important; transition: none !important; caret-color: transparent !important }"


@dataclass(frozen=True)
class Picture:
    """A page in a window. path: an address, or the links to follow from one, by the beginnings of their addresses."""

    name: str
    path: str
    links: tuple[str, ...] = ()
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
    Picture("theme", "/calls/what-first/themes/", ("/calls/what-first/themes/",)),
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
    Picture("take-theme", "/calls/what-first/themes/", ("/calls/what-first/themes/", "/desk/themes/"), who="leader"),
    Picture("queue-leader", "/desk/", who="leader", dark=True),
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
        for link in picture.links:
            with page.expect_navigation():
                page.locator(f"main a[href^='{link}']:not([href='{picture.path}'])").first.press("Enter")
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
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

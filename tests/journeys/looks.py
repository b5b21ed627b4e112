"""What is looked for on every page: accessibility rules, anything too wide, anything from elsewhere."""

from pathlib import Path
from typing import Any

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]  # all that another theme can change
_RUN = """run => axe.run({runOnly: run, resultTypes: ["violations"]})
    .then(found => found.violations.map(rule => rule.id + " " + rule.nodes.map(node => node.html).slice(0, 3).join(" ; ")))"""
_TOO_WIDE = """() => {
    const edge = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth > edge) return ["the page scrolls sideways"]
    const rolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || rolls(e.parentElement))
    return [...document.querySelectorAll("body *")]
        .filter(e => !e.closest("svg, .ds-sr-only, .ds-skip-link") && e.checkVisibility({visibilityProperty: true}))
        .filter(e => e.getBoundingClientRect().right > edge + 1 && !rolls(e.parentElement))
        .map(e => e.outerHTML.slice(0, 120)).slice(0, 3)
}"""

_FOREIGN = """([wrong, known]) => {
    const foreign = new RegExp(wrong, "u"), names = new RegExp(known, "gu")
    const found = []
    const look = (text, e) => {
        const words = text.replace(names, " ")
        if (foreign.test(words) && e.closest("[lang], head, code, kbd, pre, bdi, svg") === document.documentElement)
            found.push(text.trim().slice(0, 60) + " <" + e.tagName.toLowerCase() + " " + e.className + ">")
    }
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
        const e = walker.currentNode.parentElement
        if (!e.closest("script, style, template")) look(walker.currentNode.data, e)
    }
    for (const e of document.querySelectorAll("[alt], [aria-label], [title], [placeholder]"))
        for (const name of ["alt", "aria-label", "title", "placeholder"]) look(e.getAttribute(name) || "", e)
    return [...new Set(found)].slice(0, 5)
}"""
FOREIGN = {"en": "[\u3400-\u9fff]", "zh-Hans": "[A-Za-z]{2,}", "zh-Hant": "[A-Za-z]{2,}"}
NAMES = (
    r"massline|CSV|XLSX|PDF|PNG|JPG|OFD|ODS|ODT|MB|KB|JSON|Atom|Ed25519|Open311|API|SHA-256|GeoJSON|English|https?://\S+|[\w.-]+@[\w.-]+|\S+\.md|[A-Z0-9-]{4,}|wangfang|(?:words|taught)-\d|Ctrl-K|\{[a-z]+\}"
    r"|province|city|county|township|village|department|省、市、县、乡镇（街道）、村（社区）、部门"
)
"""What a page says in its own language though it is of another: proper names, formats, codes, addresses, words of a sheet."""


def violations(page: Any, rules: list[str] | None = None) -> list[str]:
    """Each rule of WCAG 2.2 A and AA that axe-core finds broken, with the elements. rules: only these, by name."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    run = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    return list(page.evaluate(_RUN, run))


def too_wide(page: Any) -> list[str]:
    """What stands beyond the right edge: it can be seen only by scrolling sideways, or never."""
    return list(page.evaluate(_TOO_WIDE))


def foreign_words(page: Any, names: str = NAMES) -> list[str]:
    """Texts in another language than the page's, not marked by `lang` as what somebody else wrote.

    Left out: the tab's title and pictures, which quote; code; names of people in <bdi>. names: other proper names, a pattern."""
    return list(page.evaluate(_FOREIGN, [FOREIGN[page.evaluate("document.documentElement.lang")], names]))


def strays(page: Any, url: str) -> list[str]:
    """A list that fills while the page lives: requests to other hosts than `url`, and errors of the console."""
    strayed: list[str] = []

    def hear(line: Any) -> None:
        # A refused form is no fault of the page, though the browser notes its status.
        if line.type == "error" and "status of 4" not in line.text:
            strayed.append(line.text)

    page.on("request", lambda asked: asked.url.startswith((url, "data:", "blob:")) or strayed.append(asked.url))
    page.on("console", hear)
    return strayed

"""Somebody before a browser. She has a keyboard and no mouse: she tabs to what she wants, types, and presses Enter.

Every page that she comes to is looked at: no sideways scrolling, nothing loaded from elsewhere, no error in the console, and no
violation of WCAG 2.2 A and AA that axe-core can find."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext, override

from massline.project.demo.staff import PASSWORD
from tests.journeys.house import House
from tests.journeys.looks import strays, too_wide, violations

MOST_TABS = 250
LINKS, FIELDS = "A BUTTON SUMMARY", "INPUT TEXTAREA SELECT"
FOCUSED = """kinds => {
    const focused = document.activeElement;
    if (!kinds.split(" ").includes(focused.tagName)) return "";
    const labels = [...(focused.labels || [])].map(label => label.innerText);
    return (labels.join(" ") || focused.getAttribute("aria-label") || focused.innerText || "").trim();
}"""
CHOSEN = "() => document.activeElement.selectedOptions[0].text.trim()"


class Person:
    """One person with a browser of her own.

    language: of her browser, "zh-CN" or "en-GB". size: of the window, CSS pixels. script: whether JavaScript runs."""

    def __init__(
        self, chromium: Any, house: House, *, language: str, size: tuple[int, int] = (1280, 900), script: bool = True
    ) -> None:
        self.house, self.language, self.script = house, language, script
        self.context = chromium.new_context(
            locale=language,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            bypass_csp=script,  # axe-core is put in by the test; the pages themselves live under the policy
        )
        self.page = self.context.new_page()
        self.strayed = strays(self.page, house.url)
        self.looked_at: set[str] = set()

    def word(self, words: str) -> str:
        """A sentence of the interface in her language."""
        with override("zh-hans" if self.language.startswith("zh") else "en"):
            return gettext(words)

    def opens(self, path: str) -> int:
        """Type an address. Returns the status."""
        answer = self.page.goto(self.house.url + path)
        self._look()
        return int(answer.status)

    def goes_to(self, name: str, kinds: str = FIELDS) -> None:
        """Tab until a link (or a field) of this name is in focus."""
        passed = []
        for _ in range(MOST_TABS):
            passed.append(self.page.evaluate(FOCUSED, kinds))
            if name in passed[-1]:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(
            f"No way by keyboard to {name!r} on {self.page.url}; passed {list(filter(None, passed))[:40]}"
        )

    def follows(self, name: str) -> None:
        """Go to a link or a button and press Enter."""
        self.goes_to(name, LINKS)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self._look()

    def finds(self, name: str) -> None:
        """Leaf through a list until the link stands there, and follow it."""
        while not self.sees(name):
            self.follows(self.word("Next"))
        self.follows(name)

    def writes(self, label: str, text: str) -> None:
        """Go to a field and type, instead of what stands there."""
        self.goes_to(label)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def chooses(self, label: str, option: str) -> None:
        """Go to a list and press the arrow until the option stands there."""
        self.goes_to(label)
        for _ in range(MOST_TABS):
            if self.page.evaluate(CHOSEN).startswith(option):
                return
            before = self.page.evaluate(CHOSEN)
            self.page.keyboard.press("ArrowDown")
            assert self.page.evaluate(CHOSEN) != before, f"{option!r} cannot be chosen under {label!r}"

    def marks(self, label: str) -> None:
        """Go to a group of choices and take this one."""
        self.goes_to(label.split("|")[0])
        for other in label.split("|")[1:]:
            self.page.keyboard.press("ArrowDown")
            assert other in self.page.evaluate(FOCUSED, FIELDS)
        self.page.keyboard.press("Space")

    def sees(self, text: str) -> bool:
        return text in self.page.locator("body").inner_text()

    def signs_in(self, username: str) -> None:
        self.opens("/sign-in/")
        self.writes(self.word("username").capitalize(), username)
        self.writes(self.word("Password"), PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/desk/")
        self._look()

    def leaves(self) -> None:
        self.context.close()
        assert not self.strayed, self.strayed

    def _look(self) -> None:
        """Each kind of page once per journey."""
        if not self.script:
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{self.page.url} is {wide} px too wide"
            return
        assert not too_wide(self.page), self.page.url
        kind = "/".join(part for part in urlsplit(self.page.url).path.split("/") if not any(c.isdigit() for c in part))
        if kind not in self.looked_at:
            self.looked_at.add(kind)
            assert not violations(self.page), self.page.url

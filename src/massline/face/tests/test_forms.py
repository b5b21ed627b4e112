from html.parser import HTMLParser

import pytest
from django import forms
from django.utils.translation import override

from massline.face.living import SampleForm

MALICE = '"><script>alert(1)</script>'


class Page(HTMLParser):
    """The attributes of every tag of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]


class Everything(forms.Form):
    """One of each control, all wanted, all with a hint."""

    line = forms.CharField(help_text="hint")
    secret = forms.CharField(help_text="hint", widget=forms.PasswordInput)
    words = forms.CharField(help_text="hint", widget=forms.Textarea)
    one = forms.ChoiceField(help_text="hint", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    some = forms.MultipleChoiceField(help_text="hint", choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    pick = forms.ChoiceField(help_text="hint", choices=[("a", "A")])
    agree = forms.BooleanField(help_text="hint")
    paper = forms.FileField(help_text="hint")
    number = forms.IntegerField(help_text="hint", widget=forms.NumberInput(attrs={"class": "narrow"}))
    ticket = forms.CharField(widget=forms.HiddenInput)


@pytest.mark.parametrize("data", [None, {}, {"one": "z", "number": "x", "pick": "z", "line": MALICE}])
def test_whatever_comes_back_every_pointer_inside_the_form_has_its_target(data: dict[str, str] | None) -> None:
    page = Page(str(Everything(data)))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    pointers = [*page.values("for"), *(one for many in page.values("aria-describedby") for one in many.split())]
    pointers += [address.removeprefix("#") for address in page.values("href")]
    assert set(pointers) <= set(ids)


def test_every_control_has_a_name_a_hint_and_when_wrong_its_error() -> None:
    form = Everything({})
    page = Page(str(form))
    labelled = set(page.values("for"))
    for name in form.fields:
        if name != "ticket":
            assert any(target.startswith(f"id_{name}") for target in labelled)
            assert any(f"id_{name}_helptext id_{name}_error" in value for value in page.values("aria-describedby"))


def test_a_form_sent_empty_lists_each_error_once_with_a_link_to_its_field() -> None:
    with override("en"):
        text = str(Everything({}))
    assert text.index("ds-error-summary") < text.index("id_line")
    assert "10 things to mend" in text
    assert Page(text).values("href") == [
        "#id_line", "#id_secret", "#id_words", "#id_one_0", "#id_some_0", "#id_pick", "#id_agree", "#id_paper", "#id_number",
    ]  # fmt: skip


def test_a_form_not_yet_sent_shows_no_error() -> None:
    assert "error" not in str(Everything())


def test_html_typed_into_a_field_comes_back_as_text() -> None:
    form = SampleForm({"text": MALICE, "place": MALICE, "matter": MALICE})
    assert not form.is_valid()
    assert "<script" not in str(form)


def test_no_form_carries_inline_style_or_script() -> None:
    page = Page(str(Everything({})))
    assert page.values("style") == []
    assert [name for _, attrs in page.tags for name in attrs if name.startswith("on")] == []


def test_a_widget_keeps_its_own_class_beside_the_design() -> None:
    assert "narrow ds-input" in Page(str(Everything())).values("class")


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "这一项还没有填"), ("en", "This is still empty")])
def test_django_errors_say_how_to_go_on_in_both_languages(language: str, words: str) -> None:
    with override(language):
        assert words in str(Everything({})["line"].errors)

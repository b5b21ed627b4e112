"""Traditional Chinese is the simplified one in other characters, nothing lost and nothing left over."""

import importlib.util
import re
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages import Catalog
from django.test import Client
from django.utils.translation import gettext, override
from opencc import OpenCC

ROOT = Path(__file__).resolve().parents[2]
SIMPLIFIED = sorted(ROOT.glob("src/massline/*/locale/zh_Hans/LC_MESSAGES/django.po"))
CHINESE = re.compile("[\u3400-\u9fff]")


def load_script() -> ModuleType:
    loader = SourceFileLoader("translations", str(ROOT / "scripts/translations"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


script = load_script()


def texts(catalog: Catalog) -> dict[object, list[str]]:
    found = {script.key(message): message.string for message in catalog if message.id}
    return {key: [text] if isinstance(text, str) else list(text) for key, text in found.items()}


@pytest.mark.parametrize("path", SIMPLIFIED, ids=lambda path: path.parents[3].name)
def test_every_sentence_is_there_with_its_placeholders_and_says_the_same(path: Path) -> None:
    simplified = script.read(path)
    before, after = texts(simplified), texts(script.traditional(simplified))
    back = OpenCC("tw2s").convert
    assert before.keys() == after.keys()
    for key, sentences in before.items():
        for old, new in zip(sentences, after[key], strict=True):
            assert script.placeholders(old) == script.placeholders(new)
            assert back(new) == back(old)


@pytest.mark.parametrize("path", SIMPLIFIED, ids=lambda path: path.parents[3].name)
def test_no_simplified_character_is_left(path: Path) -> None:
    after = [text for sentences in texts(script.traditional(script.read(path))).values() for text in sentences]
    convert = OpenCC("s2t").convert
    plain = OpenCC("tw2t").convert
    assert [text for text in after if convert(plain(text)) != plain(text)] == []


def test_words_of_two_ways_of_writing_are_told_apart_by_their_neighbours() -> None:
    catalog = Catalog(locale="zh_Hans")
    catalog.add("a", "公里以后里面，干部头发干净")
    assert texts(script.traditional(catalog)) == {(None, "a"): ["公里以後裡面，幹部頭髮乾淨"]}


@pytest.mark.parametrize("wanted", ["zh-Hant", "zh-TW", "zh-HK"])
@pytest.mark.django_db
def test_whose_browser_asks_for_traditional_chinese_gets_it(wanted: str) -> None:
    page = Client(headers={"accept-language": wanted}).get("/sign-in/").content.decode()
    assert '<html lang="zh-Hant"' in page
    assert "工作人員" in page
    assert CHINESE.search(page)


def test_the_three_languages_each_name_themselves() -> None:
    for language, word in (("zh-hans", "留言"), ("zh-hant", "留言"), ("en", "Messages")):
        with override(language):
            assert word in gettext("Messages")

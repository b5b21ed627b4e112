"""What is committed fits together: vendored files, weights, catalogues."""

import gzip
import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from massline.face import living
from massline.face.styles import style

ROOT = Path(__file__).resolve().parents[4]
FACE = ROOT / "src/massline/face"
BUDGET = 40_000  # bytes, compressed, of all style and script of any page
STYLE = 15_000  # of these, the style that a first page brings with it


def script(name: str) -> ModuleType:
    loader = SourceFileLoader(name, str(ROOT / "scripts" / name))
    module = module_from_spec(spec_from_loader(name, loader))
    sys.modules[name] = module
    loader.exec_module(module)
    return module


@pytest.fixture
def translations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, looking at a house with one small app."""
    app = tmp_path / "src/massline/pump"
    (app / "templates/pump").mkdir(parents=True)
    (app / "apps.py").write_text("from django.utils.translation import gettext as _\n_('Water %(n)s')\n")
    (app / "templates/pump/page.html").write_text("<p>\n  {% load i18n %}\n {% translate 'It is dry' %}</p>")
    module = script("translations")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "HOUSE", tmp_path / "src/massline")
    return module


def catalogue(translations: ModuleType) -> Path:
    return translations.HOUSE / "pump/locale/zh_Hans/LC_MESSAGES/django.po"


def found(translations: ModuleType) -> str:
    return "\n".join(translations.problems(translations.HOUSE / "pump"))


def translated(translations: ModuleType, **texts: str) -> None:
    translations.make(translations.HOUSE / "pump")
    path = catalogue(translations)
    words = {
        "It is dry": "没水了",
        "Water %(n)s": "水%(n)s",
        **{key.replace("_", " "): text for key, text in texts.items()},
    }
    text = path.read_text()
    for msgid, msgstr in words.items():
        text = text.replace(f'msgid "{msgid}"\nmsgstr ""', f'msgid "{msgid}"\nmsgstr "{msgstr}"')
    path.write_text(text)


def test_a_complete_catalogue_has_no_problem(translations: ModuleType) -> None:
    translated(translations)
    assert found(translations) == ""


def test_a_missing_catalogue_and_an_untranslated_sentence_are_named(translations: ModuleType) -> None:
    assert "django.po is missing" in found(translations)
    translations.make(translations.HOUSE / "pump")
    assert "'It is dry' is not translated" in found(translations)


def test_a_new_and_a_stale_sentence_are_named(translations: ModuleType) -> None:
    translated(translations)
    (translations.HOUSE / "pump/templates/pump/page.html").write_text("{% load i18n %}{% translate 'It is wet' %}")
    assert "nobody says 'It is dry'" in found(translations)
    assert "'It is wet' is missing" in found(translations)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("Es ist trocken", "no Chinese"), ("没水了,请等等", "Chinese punctuation"), ("", "not translated")],
)
def test_a_text_that_is_not_proper_chinese_is_named(translations: ModuleType, text: str, wrong: str) -> None:
    translated(translations, It_is_dry=text)
    assert wrong in found(translations)


def test_a_lost_placeholder_is_named(translations: ModuleType) -> None:
    translated(translations)
    path = catalogue(translations)
    path.write_text(path.read_text().replace("水%(n)s", "水"))
    assert "placeholders" in found(translations)


def test_making_twice_changes_nothing_and_keeps_the_texts(translations: ModuleType) -> None:
    translated(translations)
    before = catalogue(translations).read_text()
    translations.make(translations.HOUSE / "pump")
    assert catalogue(translations).read_text() == before


def test_an_unknown_app_is_refused_with_the_names_there_are(translations: ModuleType) -> None:
    with pytest.raises(SystemExit, match="Apps: pump"):
        translations.apps(["pumps"])


def test_vendored_files_are_what_they_claim_to_be() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/vendor", "--check"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_vendored_file_edited_by_hand_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = script("vendor")
    package = vendor.PACKAGES[0]
    folder = tmp_path / f"{package.folder}-{vendor.locked(package)['version']}"
    monkeypatch.setattr(vendor, "VENDOR", tmp_path)
    monkeypatch.setattr(vendor, "ROOT", tmp_path)
    (tmp_path / "package-lock.json").write_text((ROOT / "package-lock.json").read_text())
    folder.mkdir()
    (folder / "VENDOR.json").write_text((FACE / "static/vendor" / folder.name / "VENDOR.json").read_text())
    (folder / package.target).write_text("body{}")
    assert vendor.problems(package) == [
        f"{folder.name}/{package.target} is not the file that VENDOR.json describes. Run scripts/vendor; never edit by hand."
    ]


def test_the_lock_file_records_no_address() -> None:
    assert "http" not in (ROOT / "package-lock.json").read_text()


def test_style_and_script_of_a_public_page_stay_in_their_budget() -> None:
    base = (FACE / "templates/face/base.html").read_text()
    files = re.findall(r'{% static "([^"]+\.(?:css|js))" %}', base)
    weight = {name: len(gzip.compress((FACE / "static" / name).read_bytes(), 9)) for name in files}
    weight["style"] = len(gzip.compress(style().text.encode(), 6))
    assert len(weight) == 5
    assert sum(weight.values()) <= BUDGET, weight
    assert weight["style"] <= STYLE, weight


COMPRESSED = {"accept-encoding": "gzip, br"}  # as every browser asks


def test_a_first_page_brings_its_style_and_asks_for_none(client) -> None:
    answer = client.get("/face/", headers=COMPRESSED)
    page, policy = gzip.decompress(answer.content).decode(), answer["Content-Security-Policy"]
    sheets = re.findall(r"<style data-kept=\"([^\"]+)\">(.*?)</style>", page, re.DOTALL)
    assert sheets == [(f"/face/style.{style().digest}.css", style().text)]
    assert re.findall(r'<link rel="stylesheet"[^>]*>', page) == re.findall(
        r'<link rel="stylesheet"[^>]*\bmedia=[^>]*>', page
    )
    assert style().allowed in policy
    assert "unsafe-inline" not in policy
    assert "Link" not in answer.headers


def test_a_browser_that_keeps_the_style_is_only_told_its_name(client) -> None:
    kept = client.get(f"/face/style.{style().digest}.css")
    assert kept.content.decode() == style().text
    assert "immutable" in kept["Cache-Control"]
    answer = client.get("/face/", headers=COMPRESSED)
    assert "<style" not in gzip.decompress(answer.content).decode()
    assert answer["Link"] == f"</face/style.{style().digest}.css>; rel=preload; as=style"
    assert "sha256" not in answer["Content-Security-Policy"]


def test_an_older_style_is_not_kept_and_a_page_after_a_change_brings_the_new_one(client) -> None:
    older = client.get("/face/style.0123456789ab.css")
    assert older.content.decode() == style().text
    assert "immutable" not in older["Cache-Control"]
    assert not older.cookies
    client.cookies["style"] = "0123456789ab"
    assert "<style" in gzip.decompress(client.get("/face/", headers=COMPRESSED).content).decode()


def test_who_takes_no_compressed_answers_gets_a_light_page_and_a_link(client) -> None:
    page = client.get("/face/").content
    assert f'<link rel="stylesheet" href="/face/style.{style().digest}.css">'.encode() in page
    assert len(page) <= 30_000


def test_every_part_is_in_the_reference() -> None:
    parts = {path.stem for path in (FACE / "templates/face/parts").glob("*.html")}
    reference = (ROOT / "docs/reference/face.md").read_text(encoding="utf-8")
    inside = {
        "sign": "empty",
        "field_errors": "field",
        "shares": "share_bar",
        "opinions": "opinion_map",
        "due": "due_day",
        "switch": "face-switch",
    }  # drawn by these only
    written = {part for part in parts if re.search(rf"(`|{{% ){inside.get(part, part)}(`| )", reference)}
    assert parts - written == set()


def test_every_part_is_on_the_living_page() -> None:
    page = (FACE / "templates/face/living.html").read_text(encoding="utf-8")
    inside = {"sign": "empty", "field_errors": "form", "field": "form", "error_summary": "form", "shares": "share_bar"}
    inside["opinions"] = "opinion_map"
    parts = {path.stem for path in (FACE / "templates/face/parts").glob("*.html")}
    assert {part for part in parts if f"<code>{inside.get(part, part)}" not in page} == set()


def test_every_form_with_fields_keeps_what_was_typed_when_type_or_language_changes() -> None:
    """`{% typed %}` inside the form's tag, see docs/reference/face.md."""
    forms = [
        (path.name, tag)
        for path in FACE.parent.glob("*/templates/**/*.html")
        for tag, inside in re.findall(r"<form([^>]*)>(.*?)</form>", path.read_text(encoding="utf-8"), re.DOTALL)
        if "{{ " in inside
        and re.search(r"\{\{ \w*form(\.\w+\.as_field_group)? \}\}", inside)
        and 'method="get"' not in tag
    ]
    assert forms
    assert [name for name, tag in forms if "{% typed %}" not in tag] == []


def test_every_part_says_what_it_is_and_what_it_takes() -> None:
    """A page beside the living one shows these words; FACE's own comments are its documentation."""
    silent = [
        path.name
        for path in (FACE / "templates/face/parts").glob("*.html")
        if not re.match(r"\{# .+ #\}\n", path.read_text(encoding="utf-8"))
    ]
    assert silent == []
    takers = [name for name, words in living.parameters().items() if "Parameter" in words]
    assert len(takers) >= 20

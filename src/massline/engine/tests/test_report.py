"""Laws of the report: sums hold or nothing is written, every text is escaped, nothing is fetched, its size has a bound."""

import json
import re
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pytest

from massline.engine.errors import UnevenFacts
from massline.engine.rejects import Reject
from massline.engine.report import InputFile, Periods, ReportFacts, StatementLine, Weighed, write_report
from massline.engine.report_page import page
from massline.engine.tables import CAMPAIGNS, FATES, KINDS, THEMES
from massline.engine.weigh.heard import Heard

HOSTILE = "</td><script>alert(1)</script><img src=http://example.org/x onerror=alert(2)>\u202e'\"&{{ 7*7 }}"


def a_theme(theme: int, parent: int | None = None, *, messages: int = 40, text: str = "路灯不亮") -> dict[str, object]:
    return {
        "theme": theme,
        "parent": parent,
        "grain": 0 if parent is None else 1,
        "label": text,
        "keywords": [text, "路灯"],
        "messages": messages,
        "senders": messages - 1,
        "distinct_texts": messages - 2,
        "share_raw": messages / 100,
        "typical": ["a", "b"],
        "dissenting": ["c"],
        "minority": parent is not None and messages < 5,
    }


def a_campaign(text: str = "请修路") -> dict[str, object]:
    row = {"campaign": 0, "messages": 9, "distinct_texts": 2, "senders": 8, "channels": [text], "text": text}
    return row | {"first": datetime(2026, 3, 1), "last": datetime(2026, 3, 9)}  # noqa: DTZ001 - the source has no zone


def some_facts(*, text: str = "路灯不亮了半年", **changes: object) -> ReportFacts:
    """Facts of 100 accepted messages and 3 rejected rows; `text` stands in every field that people fill."""
    facts = ReportFacts(
        inputs=(InputFile(name=text, size=2_048, sha256="0" * 64, rows=103),),
        rows=103,
        accepted=100,
        rejected=3,
        fates=dict(zip(FATES, (80, 9, 4, 5, 2), strict=True)),
        removed_reasons={"no_letters": 2},
        reject_reasons={"empty_text": 2, "unreadable_time": 1},
        rejects=[Reject(text, 7, text, text, "unreadable_time")],
        masked=dict.fromkeys(KINDS, 1),
        senders=77,
        without_sender=6,
        themes=pa.Table.from_pylist([a_theme(1, text=text), a_theme(2), a_theme(3, 1, messages=4, text=text)], THEMES),
        positions={1: (0.0, 1.0), 2: (1.0, 0.0)},
        periods=Periods(labels=("2026-03-01", "2026-03-02"), counts={1: (3, 30)}, everything=(40, 58), undated=2),
        campaigns=pa.Table.from_pylist([a_campaign(text)], CAMPAIGNS),
        quotes=dict.fromkeys("abc", text),
        statements=[StatementLine(statement=text, theme=3, messages=["a"], support=1)],
        took_part={"channel": {text: 60, "": 40}, "area": {text: 100}},
        weighed=None,
        method="words-1",
        meaning="words",
        seed=0,
        versions={"numpy": "2.4"},
    )
    return replace(facts, **changes)


@pytest.mark.parametrize(
    "change",
    [
        {"rejected": 4, "reject_reasons": {"empty_text": 4}},
        {"fates": dict(zip(FATES, (79, 9, 4, 5, 2), strict=True))},
        {"removed_reasons": {"no_letters": 1}},
        {"reject_reasons": {"empty_text": 2}},
    ],
)
def test_facts_that_do_not_add_up_are_refused_and_nothing_is_written(tmp_path, change):
    with pytest.raises(UnevenFacts, match="the parts give"):
        write_report(tmp_path, some_facts(**change), language="zh")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_markup_in_any_field_is_shown_and_never_run(language):
    text = page(some_facts(text=HOSTILE), language=language)
    assert "<script" not in text
    assert "<img" not in text
    assert "{{" not in text.replace("{{ 7*7 }}", "")
    assert "&lt;script&gt;alert(1)" in text


def test_a_text_that_turns_the_writing_direction_turns_only_itself():
    text = page(some_facts(text=HOSTILE), language="zh")
    quoted = re.findall(r"<li>(.*?)<cite", text)
    assert quoted
    assert all(quote.startswith("<bdi>") and quote.rstrip().endswith("</bdi>") for quote in quoted)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_fetches_nothing_and_needs_no_script(language):
    text = page(some_facts(), language=language)
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!["']?#)[^\s"')>]+""", text) == []
    assert "@import" not in text
    assert "<script" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sums_stand_in_the_page_as_an_equation(language):
    equation = re.search(r'class="equation">([^<]+)<', page(some_facts(), language=language))[1]
    whole, parts = equation.split("=")
    assert int(re.search(r"\d+", whole)[0]) == 100 == sum(map(int, re.findall(r"\d+", parts)))


def test_every_link_inside_the_page_has_a_target_and_every_id_stands_once():
    text = page(some_facts(), language="zh")
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert {name for names in re.findall(r'aria-labelledby="([^"]+)"', text) for name in names.split()} <= set(ids)


def test_a_corrected_share_stands_beside_the_counted_one_where_margins_were_given():
    counted, corrected = a_theme(1), a_theme(1) | {"share_corrected": 0.25, "low": 0.2, "high": 0.31}
    plain = page(some_facts(themes=pa.Table.from_pylist([counted], THEMES), statements=[]), language="en")
    assert "corrected" not in plain.split('id="themes"')[1].split("</section>")[0]
    both = page(some_facts(themes=pa.Table.from_pylist([corrected], THEMES), statements=[]), language="en")
    assert "corrected 25.0% (20.0%–31.0%)" in both
    assert both.count("ml-span") == plain.count("ml-span") + 1


def test_messages_distinct_texts_and_senders_stand_side_by_side():
    row = a_theme(1, messages=40) | {"distinct_texts": 23, "senders": 31}
    text = page(some_facts(themes=pa.Table.from_pylist([row], THEMES), statements=[]), language="en")
    assert "Messages 40 · Distinct texts 23 · Senders 31" in text
    shown = re.findall(r'data-name="(Messages|Distinct texts|Senders)">(\d+)<', text.split('id="themes"')[1])
    assert shown[:3] == [("Messages", "40"), ("Distinct texts", "23"), ("Senders", "31")]


def test_without_margins_the_page_says_that_nobody_knows_who_is_missing():
    assert "nobody can say who was not heard" in page(some_facts(), language="en")
    assert "说不出谁没有被听到" in page(some_facts(), language="zh")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ("0.42 times its measure", "nobody wrote", "fewer than 10 messages", "9 more do not say", "16.1 points"),
        ),
        ("zh", ("应有的 0.42 倍", "没有人留言", "不到 10 条，不列", "另有 9 条没有说明", "16.1 个百分点")),
    ],
)
def test_who_is_missing_is_said_group_by_group_and_what_the_correction_cost(language, said):
    groups = (
        Heard("性别", ("女", HOSTILE), 0.5, 21, 0.21),
        Heard("性别", ("流动",), 0.02, 0, 0.0),
        Heard("age", ("18", "60+"), 0.3, None, None),
    )
    weighed = Weighed(
        groups=groups, rows=100, effective_size=41.5, trimmed=3, furthest_points=16.1, not_said={"age": 9}, suppressed=2
    )
    text = page(some_facts(weighed=weighed), language=language).split('id="took_part"')[1].split("</section>")[0]
    for words in (*said, "18 · 60+"):
        assert words in text
    assert text.count("<strong>") == 2  # less than half: the women and those without a home
    assert "<script" not in text


def test_how_surely_a_theme_comes_again_is_said_and_explained_where_it_was_measured():
    rows = [a_theme(1) | {"stability": 0.62}, a_theme(3, 1, messages=4) | {"stability": 0.2}]
    measured = page(some_facts(themes=pa.Table.from_pylist(rows, THEMES)), language="en")
    assert measured.count("comes again 62%") == measured.count("comes again 20%") == 1
    assert "Under 30 %" in measured
    assert "omes again" not in page(some_facts(), language="en")


def test_for_and_against_are_two_lists_and_only_where_both_are_said():
    both = {"messages_for": 3, "messages_against": 2, "asks_for": ["a"], "asks_against": ["b"]}
    for change, lists in ((both, 1), (both | {"messages_against": 0}, 0)):
        themes = pa.Table.from_pylist([a_theme(1) | change], THEMES)
        text = page(some_facts(themes=themes, statements=[]), language="en")
        assert text.count("Plainly in favour (3)") == text.count("Plainly against (2)") == lists


def test_a_small_view_is_listed_by_itself_with_its_own_words():
    text = page(some_facts(), language="zh")
    part = text.split('id="minority"')[1].split("</section>")[0]
    assert "路灯不亮了半年" in part
    assert "没有发现" not in part


def test_a_call_without_themes_times_or_rejects_says_so_in_words():
    nothing = {"themes": THEMES.empty_table(), "campaigns": CAMPAIGNS.empty_table(), "periods": None, "statements": []}
    none = {"rows": 100, "rejected": 0, "reject_reasons": {}, "rejects": [], "masked": {}, "took_part": {}}
    text = page(some_facts(**nothing, **none), language="zh")
    for words in ("没有归出主题", "没有发现多人发送", "没有退回的行", "没有发现需要遮盖", "没有发现自成一类"):
        assert words in text


def test_a_call_in_which_nothing_was_accepted_still_gives_a_page(tmp_path):
    empty = {"rows": 3, "accepted": 0, "fates": dict.fromkeys(FATES, 0), "removed_reasons": {}, "senders": 0}
    write_report(tmp_path, some_facts(**empty, themes=THEMES.empty_table(), periods=None), language="en")
    assert "accepted 0 =" in (tmp_path / "report.html").read_text("utf-8")


def test_the_same_facts_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_report(tmp_path / name, some_facts(), language="zh")
    for name in ("report.html", "report.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_machine_reads_the_same_counts_as_people_do(tmp_path):
    write_report(tmp_path, some_facts(), language="zh")
    read = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert read["rows"] == read["accepted"] + read["rejected"]
    assert sum(read["fates"].values()) == read["accepted"]
    assert [theme["messages"] for theme in read["themes"]] == [40, 40, 4]
    assert read["campaigns"][0]["first"] == "2026-03-01T00:00:00"
    assert read["periods"]["everything"] == [40, 58]


def test_the_page_of_the_largest_run_stays_under_five_megabytes():
    """1,000 main themes (the most that may be asked for) with 20 finer ones each, every quote longer than is shown."""
    rows = [a_theme(i, messages=1_000) for i in range(1_000)]
    rows += [a_theme(1_000 + i, i % 1_000, messages=50) for i in range(20_000)]
    for row in rows:
        row["typical"], row["dissenting"] = list("aaaaaaaa"), list("aaaaaaaa")
    days = tuple(f"2026-03-{day:02}" for day in range(1, 61))
    periods = Periods(labels=days, counts=dict.fromkeys(range(1000), (9,) * 60), everything=(9,) * 60, undated=0)
    facts = some_facts(
        themes=pa.Table.from_pylist(rows, THEMES),
        quotes={"a": "很长的留言" * 200, "b": "", "c": ""},
        periods=periods,
        campaigns=pa.Table.from_pylist([a_campaign("长" * 5_000)] * 5_000, CAMPAIGNS),
        statements=[StatementLine(statement="长" * 5_000, theme=i, messages=["a"], support=1) for i in range(1_000)],
    )
    assert len(page(facts, language="zh").encode()) <= 5_000_000


def test_both_languages_say_the_same_things_with_the_same_figures():
    from massline.engine.report_page import _words

    zh, en = _words("zh"), _words("en")
    assert zh.keys() == en.keys()
    for key, words in zh.items():
        assert set(re.findall(r"\{\w+\}", str(words))) == set(re.findall(r"\{\w+\}", str(en[key]))), key

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils.translation import override

from massline.face.parts import Cell, Column, Share
from massline.face.templatetags import face_tags

MALICE = '<script>alert("x")</script>'


def drawn(source: str, **context: object) -> str:
    return Template("{% load face_tags %}" + source).render(Context(context))


def test_a_quote_shows_html_as_the_text_it_is() -> None:
    page = drawn("{% quote text meta=text url='/m/1/' %}", text=MALICE)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2


def test_a_quote_is_marked_with_the_language_of_its_writer() -> None:
    with override("zh-hans"):
        assert '<blockquote lang="en">' in drawn("{% quote text %}", text="The lane is dark.")


def test_a_table_row_with_a_cell_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        face_tags.table("caption", [Column("a"), Column("b")], [[Cell("1")]])


def test_each_cell_of_a_table_names_its_column_for_the_phone() -> None:
    page = drawn(
        "{% table caption='c' head=head rows=rows %}",
        head=[Column("Body"), Column("Replied", number=True)],
        rows=[[Cell("Shiqiao", url="/b/"), Cell(MALICE)]],
    )
    assert '<th scope="row" role="rowheader"><a href="/b/">Shiqiao</a></th>' in page
    assert 'data-label="Replied"' in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 0, "–"), (0, 5, "0%"), (1, 1000, "<1%"), (41, 50, "82%"), (10_000_000, 10_000_000, "100%")],
)
def test_a_share_is_rounded_but_something_is_never_nothing(part: int, whole: int, shown: str) -> None:
    assert face_tags.percent_of(part, whole) == shown


def test_shares_of_nothing_draw_empty_bars() -> None:
    rows = face_tags.share_bar([Share("roads", 0)], "What")["rows"]
    assert [(row["width"], row["percent"]) for row in rows] == [("0", "–")]


def test_no_bar_leaves_its_ground_even_when_parts_overlap() -> None:
    rows = face_tags.share_bar([Share("roads", 90), Share("lights", 130)], "What", total=100)["rows"]
    assert [row["width"] for row in rows] == ["90.00", "100.00"]
    assert rows[1]["percent"] == "130%"


def test_shares_of_a_whole_add_up_to_it() -> None:
    rows = face_tags.share_bar([Share(str(n), n) for n in (1, 7, 92)], "What")["rows"]
    assert sum(float(row["width"]) for row in rows) == pytest.approx(100)


@pytest.mark.parametrize(
    ("left", "kind", "words"),
    [
        (9, "neutral", "9 working days left"),
        (1, "warning", "1 working day left"),
        (0, "warning", "Due today"),
        (-1, "danger", "1 working day late"),
        (-12, "danger", "12 working days late"),
    ],
)
def test_a_due_day_says_in_words_how_urgent_it_is(left: int, kind: str, words: str) -> None:
    with override("en"):
        page = drawn("{% due_day day left %}", day=date(2026, 10, 12), left=left)
    assert "Mon 12 Oct 2026" in page
    assert f'data-color="{kind}">{words}<' in page


def test_days_and_moments_are_local_in_zone_and_language() -> None:
    late_evening = datetime(2026, 10, 11, 17, 30, tzinfo=UTC)  # already the 12th in Shanghai
    with override("zh-hans"):
        assert face_tags.day(late_evening) == "2026年10月12日 星期一"
        assert face_tags.moment(late_evening) == "2026年10月12日 01:30"
    with override("en"):
        assert face_tags.day(date(9999, 12, 31)) == "Fri 31 Dec 9999"
    assert face_tags.day(None) == face_tags.moment(None) == ""


def test_midnight_is_the_end_of_the_day_before_and_another_hour_is_itself() -> None:
    midnight = datetime(2026, 12, 9, 16, tzinfo=UTC)  # 00:00 of the 10th in Shanghai
    with override("zh-hans"):
        assert face_tags.closing(midnight) == "2026年12月9日24点"
        assert face_tags.closing(midnight + timedelta(minutes=1)) == "2026年12月10日 00:01"
        assert face_tags.closing(datetime(2026, 12, 31, 16, tzinfo=UTC)) == "2026年12月31日24点"
    with override("en"):
        assert face_tags.closing(midnight) == "the end of 9 Dec 2026"
    assert face_tags.closing(None) == ""

"""Pictures of themes: shares with what is likely, rise and fall, the drawings that a page needs."""

import re

import pytest
from django.utils import timezone, translation
from tests.builders import a_call

from massline.concentrate.models import Run, Theme
from massline.concentrate.pictures import WITH_BARS, circles, lines, peak_of, rise_and_fall
from massline.concentrate.templatetags.concentrate_tags import period
from massline.concentrate.views.public import THEMES_PER_PAGE

pytestmark = pytest.mark.django_db


def a_run_of(*sizes: int, labels: str = "主题{}", periods: list[str] | None = None, **facts: object) -> Run:
    """A finished run with one coarse theme of each size, the counts of its messages as a run keeps them."""
    now = timezone.now()
    run = Run.objects.create(
        call=a_call(),
        requested_at=now,
        started_at=now,
        finished_at=now,
        counts={"accepted": sum(sizes), "placed": sum(sizes)},
        periods=periods or [],
    )
    for number, size in enumerate(sizes):
        figures = {"messages": size, "senders": size, "share_raw": size / max(1, sum(sizes)), "x": float(number)}
        Theme.objects.create(run=run, number=number, grain=0, label=labels.format(number), **figures, **facts)
    return run


def of(run: Run) -> list[Theme]:
    return list(Theme.objects.filter(run=run).coarsest())


def page_of(client, run: Run, query: str = "", language: str = "en") -> str:
    address = f"/calls/{run.call.ref}/themes/{query}"
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_share_stands_with_the_span_in_which_it_likely_lies(client) -> None:
    run = a_run_of(60, 40)
    (line, _) = lines(of(run), run)
    assert line.raw.low < line.raw.value == 0.6 < line.raw.high
    assert f"({100 * line.raw.low:.1f}%–{100 * line.raw.high:.1f}%)" in page_of(client, run)


def test_where_margins_were_given_both_shares_are_drawn_and_said(client) -> None:
    plain, both = a_run_of(60, 40), a_run_of(60, 40, share_corrected=0.3, low=0.2, high=0.45)
    assert "corrected 30.0% (20.0%–45.0%)" in page_of(client, both)
    assert "corrected 3" not in page_of(client, plain)
    assert [str(line.bars).count("ml-span") for line in lines(of(plain), plain)] == [1, 1]
    assert [str(line.bars).count("ml-span") for line in lines(of(both), both)] == [2, 2]


def test_themes_whose_messages_outnumber_the_counts_still_have_shares() -> None:
    run = a_run_of(5)
    run.counts = {}
    assert [line.raw.value for line in lines(of(run), run)] == [1.0]


def test_only_the_largest_themes_have_bars_and_every_one_is_listed(client) -> None:
    run = a_run_of(*range(100, 100 - WITH_BARS - 9, -1))
    page = page_of(client, run)
    assert page.count("ml-likely") == WITH_BARS
    assert all(theme.get_absolute_url() in page for theme in of(run))


def test_more_themes_than_a_page_holds_stand_on_pages_and_keep_their_numbers(client) -> None:
    run = a_run_of(*range(200, 200 - THEMES_PER_PAGE - 3, -1))
    second = page_of(client, run, "?page=2")
    assert f'start="{THEMES_PER_PAGE + 1}"' in second
    assert re.findall(r"<title>(\d+)\. ", second)[:3] == [str(THEMES_PER_PAGE + number) for number in (1, 2, 3)]


def test_the_page_stays_light_with_as_many_themes_as_a_page_holds(client) -> None:
    run = a_run_of(*range(10_200, 10_200 - THEMES_PER_PAGE, -1), labels="自来水质量差、水压不足{}")
    assert len(page_of(client, run, language="zh-hans").encode()) <= 40_000


def test_the_page_asks_the_database_as_often_for_many_themes_as_for_one(client, django_assert_max_num_queries) -> None:
    run = a_run_of(*range(60, 20, -1))
    with django_assert_max_num_queries(8):
        page_of(client, run)


def test_in_large_type_there_is_one_drawing_whose_type_is_large() -> None:
    run = a_run_of(30, 20)
    ((kind, drawn),) = circles(of(run), large_type=True)
    assert kind == "ml-narrow"
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', drawn)) >= 27
    assert [kind for kind, _ in circles(of(run), large_type=False)] == ["ml-wide", "ml-narrow"]


@pytest.mark.parametrize("sizes", [(), (0,), (1,), (10_000_000, 1)])
def test_no_theme_an_empty_one_and_the_largest_are_all_drawn(client, sizes) -> None:
    assert "<h1" in page_of(client, a_run_of(*sizes))


@pytest.mark.parametrize("label", ["字" * 200, "a" * 200, "شارع مظلم", "🚰 停水", "<script>alert(1)</script>"])
def test_a_theme_of_any_name_is_drawn_and_stays_a_name(client, label) -> None:
    run = a_run_of(9, labels=label.replace("{", ""), periods=["2026-03-01", "2026-03-02"], over_time=[4, 5])
    (theme,) = of(run)
    assert "<script>alert" not in page_of(client, run) + client.get(theme.get_absolute_url()).content.decode()


def test_rise_and_fall_is_drawn_with_its_peak_and_its_table(client) -> None:
    run = a_run_of(9, periods=["2026-03-01", "2026-03-02", "2026-03-03"], over_time=[1, 5, 3])
    (theme,) = of(run)
    assert peak_of(theme, run) == ("2026-03-02", 5)
    page = client.get(theme.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    assert "the most: 2026-03-02, 5 messages" in page
    table = page[page.index('<th scope="row">1 Mar') :]
    assert re.findall(r'face-number">(\d+)<', table)[:3] == ["1", "5", "3"]


@pytest.mark.parametrize(
    ("periods", "over_time"),
    [([], []), (["2026-03-01"], [9]), (["2026-03-01", "2026-03-02"], []), (["2026-03-01", "2026-03-02"], [0, 0])],
)
def test_where_time_is_not_known_no_time_is_drawn(client, periods, over_time) -> None:
    run = a_run_of(9, periods=periods, over_time=over_time)
    (theme,) = of(run)
    assert peak_of(theme, run) is None
    assert rise_and_fall(theme, run) == ""
    assert "ml-trend" not in page_of(client, run)


@pytest.mark.parametrize(
    ("label", "english", "chinese"),
    [
        ("2026-03-01", "1 Mar", "3月1日"),
        ("2026-W09", "week 9 of 2026", "2026年第9周"),
        ("2026-03", "Mar 2026", "2026年3月"),
        ("2026", "2026", "2026"),
        ("2020s", "2020s", "2020s"),
    ],
)
def test_a_period_is_said_as_people_say_it(label, english, chinese) -> None:
    with translation.override("en"):
        assert period(label) == english
    with translation.override("zh-hans"):
        assert period(label) == chinese

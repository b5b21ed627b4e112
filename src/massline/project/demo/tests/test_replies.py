"""Replies of the file read as if they had been written today."""

from datetime import date, timedelta

import pytest

from massline.project.demo.matters import matters
from massline.project.demo.replies import REPLIES, dated


def test_dates_keep_their_distance_to_the_day_of_the_reply() -> None:
    assert dated("3月18日开工，3月25日完工。", date(2026, 11, 20)) == "11月18日开工，11月25日完工。"


def test_a_day_that_falls_into_the_next_year_is_still_a_day() -> None:
    assert dated("3月30日前付清", date(2026, 12, 28)) == "1月7日前付清"


def test_months_without_a_day_move_by_whole_months() -> None:
    assert dated("6月底前修好，12个工作日", date(2026, 11, 20)) == "2月底前修好，12个工作日"


def test_hours_and_numbers_stay_as_they_are() -> None:
    assert dated("早上7点到8点，共37处，两个月", date(2026, 11, 20)) == "早上7点到8点，共37处，两个月"


@pytest.mark.parametrize("weeks", range(53))
def test_every_reply_can_be_given_in_every_week_of_a_year(weeks: int) -> None:
    for reply in REPLIES:
        assert dated(reply.text, date(2027, 1, 1) + timedelta(weeks=weeks))


def test_every_reply_answers_a_matter_that_there_is() -> None:
    assert {reply.matter for reply in REPLIES} <= {"", *(matter.key for matter in matters())}

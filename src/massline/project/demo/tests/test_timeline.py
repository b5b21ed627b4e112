"""Months pass in order, and the clock never goes back."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from massline.project.demo.timeline import Timeline

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_acts_run_in_the_order_of_their_moments_and_see_their_own_time() -> None:
    timeline, seen = Timeline(), []
    for days in (3, 1, 2):
        timeline.at(START + timedelta(days=days), lambda: seen.append(timezone.now()))
    timeline.play(until=START + timedelta(days=9))
    assert seen == [START + timedelta(days=days) for days in (1, 2, 3)]


def test_what_is_planned_for_after_the_end_never_happens() -> None:
    timeline, seen = Timeline(), []
    timeline.at(START, lambda: timeline.at(START + timedelta(days=2), lambda: seen.append("too late")))
    timeline.play(until=START + timedelta(days=1))
    assert seen == []


def test_what_is_planned_for_a_moment_that_has_passed_happens_next_and_not_earlier() -> None:
    timeline, seen = Timeline(), []
    timeline.at(START, lambda: timeline.at(START - timedelta(days=5), lambda: seen.append(timezone.now())))
    timeline.play(until=START)
    assert seen == [START]


def test_the_clock_is_right_again_afterwards() -> None:
    timeline = Timeline()
    timeline.at(START, lambda: None)
    timeline.play(until=START)
    assert timezone.now() > START

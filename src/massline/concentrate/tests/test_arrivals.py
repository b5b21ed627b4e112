"""Messages that come after a run: placed once, counted exactly, and said when they speak of something else."""

from datetime import date

import pytest
from django.urls import reverse
from tests.builders import a_leader, a_message, an_analyst

from massline.concentrate import actions
from massline.concentrate.models import Frozen, Placement, Run, Theme
from massline.concentrate.queries import run_counts
from massline.concentrate.rules import DRIFT_NOT_PLACED, ENOUGH_TO_DRIFT, has_drifted, with_days
from massline.concentrate.tests.runs import MATTERS, a_run
from massline.gather.models import Message
from massline.ledger.models import Entry
from massline.rights import SYSTEM, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db) -> Run:
    return a_run()


def texts(matter: int) -> list[str]:
    """Eight ways to say a matter of the run that nobody has said so far."""
    facts, judgements, wishes = MATTERS[matter]
    return [f"{wish}。{fact}，{judgement}。" for fact in facts[:2] for judgement in judgements for wish in wishes[:2]]


def is_exact(run: Run) -> bool:
    for theme in Theme.objects.standing().filter(run=run):
        senders = Placement.objects.filter(theme__in=Theme.objects.of_family(theme)).values_list(
            "message__sender", flat=True
        )
        named = {sender for sender in senders if sender}
        if (theme.messages, theme.senders) != (len(senders), len(named) + list(senders).count("")):
            return False
    return True


def test_new_messages_go_where_messages_of_their_matter_are_and_are_counted_once(run) -> None:
    new = [a_message(run.call, text) for text in texts(0)]
    Message.objects.filter(pk__in=[message.pk for message in new[:2]]).update(sender="b" * 16)
    assert actions.place_arrivals(run.pk, by=SYSTEM) == len(new)
    homes = Placement.objects.filter(run=run, message__in=new).values_list("theme__parent", "theme")
    coarse = [parent or theme for parent, theme in homes if theme]
    lamps = Placement.objects.filter(run=run, message__text__contains="路灯坏了三个月", fate="placed").first().theme
    assert coarse.count(lamps.parent_id or lamps.pk) > len(new) / 2
    assert is_exact(run)
    run.refresh_from_db()
    assert run.came_after == len(new)
    assert run_counts(run)["messages"] == Message.objects.filter(call=run.call).count() == run.whole


def test_placing_twice_places_nothing_twice(run) -> None:
    a_message(run.call, texts(1)[0])
    assert actions.place_arrivals(run.pk, by=SYSTEM) == 1
    assert actions.place_arrivals(run.pk, by=SYSTEM) == 0
    assert Entry.objects.filter(kind="messages.placed").count() == 1


def test_of_two_workers_that_place_at_once_one_does(run, monkeypatch) -> None:
    from massline.concentrate import exchange

    a_message(run.call, texts(1)[0])
    real, other = exchange.place, []

    def overtaken(*args):
        if not other:
            other.append(True)
            other.append(actions.place_arrivals(run.pk, by=SYSTEM))
        return real(*args)

    monkeypatch.setattr(exchange, "place", overtaken)
    assert actions.place_arrivals(run.pk, by=SYSTEM) == 0
    assert other[1] == 1
    assert is_exact(run)


def test_the_same_words_again_are_a_copy_and_too_few_or_none_are_counted_as_such(run) -> None:
    twice = [a_message(run.call, texts(2)[0]) for _ in range(2)]
    short, nothing = a_message(run.call, "好"), a_message(run.call, "？？？")
    actions.place_arrivals(run.pk, by=SYSTEM)
    fates = dict(Placement.objects.filter(run=run).values_list("message", "fate"))
    assert [fates[message.pk] for message in (*twice, short, nothing)] == ["placed", "copy", "too_short", "removed"]
    assert Placement.objects.get(message=twice[1]).copy_of == twice[0]
    assert is_exact(run)


def test_what_nobody_may_read_waits_until_it_may_be_read(run) -> None:
    hidden = a_message(run.call, texts(0)[0])
    Message.objects.filter(pk=hidden.pk).update(published_at=None)
    assert actions.place_arrivals(run.pk, by=SYSTEM) == 0


def test_a_merged_theme_takes_new_messages_in_where_it_shows_now(run) -> None:
    one, other = Theme.objects.filter(run=run).coarsest().select_related("run__call__body")[:2]
    actions.merge_themes(one, into=other, by=an_analyst(run.call.body), version=0)
    for matter in range(3):
        for text in texts(matter):
            a_message(run.call, text)
    actions.place_arrivals(run.pk, by=SYSTEM)
    assert is_exact(run)


def test_messages_that_speak_of_other_things_let_the_analyst_know_to_run_again(run, client) -> None:
    client.force_login(an_analyst(run.call.body))
    room = reverse("concentrate:room", args=[run.call.ref])
    for number in range(ENOUGH_TO_DRIFT):
        a_message(run.call, f"Item {number}: the museum opens late and the exhibition guide is sold out")
    actions.place_arrivals(run.pk, by=SYSTEM)
    run.refresh_from_db()
    assert run.has_drifted
    assert "再集中一次" in client.get(room).content.decode()
    a_run(run.call)
    assert "再集中一次" not in client.get(room).content.decode()


def test_few_messages_or_like_ones_are_no_drift() -> None:
    far = {"not_placed": DRIFT_NOT_PLACED * 2, "distance": 0.0}
    assert not has_drifted({"not_placed": ENOUGH_TO_DRIFT - 1}, far)
    assert has_drifted({"not_placed": ENOUGH_TO_DRIFT}, far)
    assert not has_drifted({"placed": 10_000}, {"not_placed": 0.0, "distance": 0.0})
    assert not has_drifted({}, {})


def test_only_the_newest_run_of_a_call_places(run) -> None:
    newer = a_run(run.call)
    assert list(Frozen.objects.values_list("run", flat=True)) == [newer.pk]
    assert actions.place_arrivals(run.pk, by=SYSTEM) == 0


def test_only_the_system_places(run) -> None:
    with pytest.raises(NotAllowed):
        actions.place_arrivals(run.pk, by=a_leader(run.call.body))


def test_days_outside_the_periods_of_a_run_are_not_drawn() -> None:
    assert with_days([1, 2], ["2026-03-01", "2026-03-02"], [date(2026, 3, 2), date(2026, 3, 9)]) == [1, 3]
    assert with_days([], [], [date(2026, 3, 2)]) == []

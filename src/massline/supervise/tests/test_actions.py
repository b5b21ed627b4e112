"""The resident's verdict: once, on her own matter, and it cannot be given by anybody else."""

import pytest
from tests.builders import a_body, a_call, a_case, a_handler, a_leader, a_message, an_inspector, an_outsider

from massline.gather.actions import erase_own
from massline.gather.models import Message
from massline.ledger.models import Entry
from massline.respond.actions import join, publish_reply
from massline.respond.models import Case, Reply
from massline.respond.rules import ReopenedBefore, State, WrongState
from massline.rights import OPERATOR, RESIDENT, SYSTEM, NotAllowed
from massline.supervise.actions import Verdict, erase_words, rate, reopen
from massline.supervise.models import Rating
from massline.supervise.queries import words_about
from massline.supervise.rules import RatedBefore

pytestmark = pytest.mark.django_db
SOLVED, NOT_SOLVED = Verdict(solved=True, satisfied=True), Verdict(solved=False, words="还是不亮")


def a_reply(case: Case | None = None) -> Reply:
    case = case or a_case()
    return publish_reply(case, text="修好了", by=a_handler(case.body), version=case.version)


def writer_of(reply: Reply):
    return reply.case.messages.get()


def test_solved_settles_the_case_and_both_acts_are_logged() -> None:
    reply = a_reply()
    rate(reply, writer_of(reply), SOLVED, by=RESIDENT)
    assert Case.objects.get(pk=reply.case_id).state == State.SETTLED
    kinds = list(Entry.objects.newest_first().values_list("kind", flat=True)[:2])
    assert kinds == ["case.settled", "rating.counted"]


def test_not_solved_leaves_the_case_answered_and_the_words_out_of_the_log() -> None:
    reply = a_reply()
    rating = rate(reply, writer_of(reply), NOT_SOLVED, by=RESIDENT)
    assert (rating.satisfied, rating.words) == (None, "还是不亮")
    assert Case.objects.get(pk=reply.case_id).state == State.ANSWERED
    entry = Entry.objects.newest_first()[0]
    assert entry.facts == {"case": reply.case_id, "body": reply.body.code, "solved": False, "satisfied": None}


def test_a_reply_is_rated_once_by_each_writer() -> None:
    reply = a_reply()
    rate(reply, writer_of(reply), NOT_SOLVED, by=RESIDENT)
    with pytest.raises(RatedBefore):
        rate(reply, writer_of(reply), SOLVED, by=RESIDENT)
    assert not Rating.objects.get().solved
    assert Case.objects.get(pk=reply.case_id).state == State.ANSWERED


def test_the_writer_of_another_message_has_no_say() -> None:
    reply, size = a_reply(), Entry.objects.count()
    other = a_message()
    size = Entry.objects.count()
    with pytest.raises(NotAllowed):
        rate(reply, other, SOLVED, by=RESIDENT)
    with pytest.raises(NotAllowed):
        reopen(reply, other, reason="x", by=RESIDENT)
    assert Entry.objects.count() == size
    assert not Rating.objects.exists()


def test_nobody_rates_or_reopens_in_a_residents_place() -> None:
    reply = a_reply()
    body = reply.body
    staff = [a_handler(body), a_leader(body), an_inspector(body), an_outsider()]
    for actor in [None, SYSTEM, OPERATOR, *staff]:
        with pytest.raises(NotAllowed):
            rate(reply, writer_of(reply), SOLVED, by=actor)
        with pytest.raises(NotAllowed):
            reopen(reply, writer_of(reply), reason="x", by=actor)
    assert not Rating.objects.exists()


def test_a_case_goes_up_one_level_once() -> None:
    call = a_call()
    reply = a_reply(a_case(a_message(call, area=a_body(under=call.body))))
    case = reopen(reply, writer_of(reply), reason="还是不亮", by=RESIDENT)
    assert case.body == call.body
    second = a_reply(case)
    with pytest.raises(ReopenedBefore):
        reopen(second, writer_of(second), reason="x", by=RESIDENT)


def test_a_verdict_on_an_old_reply_counts_and_moves_nothing() -> None:
    reply = a_reply()
    reopen(reply, writer_of(reply), reason="还是不亮", by=RESIDENT)
    rate(reply, writer_of(reply), SOLVED, by=RESIDENT)
    assert Case.objects.get(pk=reply.case_id).state == State.OPEN
    assert Rating.objects.count() == 1


def test_a_settled_case_is_not_reopened() -> None:
    reply = a_reply()
    rate(reply, writer_of(reply), SOLVED, by=RESIDENT)
    with pytest.raises(WrongState):
        reopen(reply, writer_of(reply), reason="x", by=RESIDENT)


def test_a_case_of_many_is_settled_when_most_of_them_say_solved() -> None:
    message = a_message()
    case = a_case(message)
    handler = a_handler(case.body)
    others = [a_message(message.call) for _ in range(3)]
    Message.objects.filter(pk__in=[other.pk for other in others]).update(body=case.body)
    join(case, [other.pk for other in others], by=handler, version=case.version)
    reply = publish_reply(case, text="修好了", by=handler, version=case.version)
    states = []
    for writer in (message, *others[:2]):
        rate(reply, writer, SOLVED, by=RESIDENT)
        states.append(Case.objects.get(pk=case.pk).state)
    assert states == [State.ANSWERED, State.ANSWERED, State.SETTLED]


def test_what_a_writer_said_in_her_rating_goes_with_her_message_and_her_verdict_counts_on() -> None:
    reply, other = a_reply(), a_reply()
    for rated in (reply, other):
        rate(rated, writer_of(rated), NOT_SOLVED, by=RESIDENT)
    handler = a_handler(reply.body)
    erase_own(writer_of(reply), by=RESIDENT)
    assert not words_about(reply.body, handler).exists()  # from that moment on, whenever the worker comes
    assert erase_words(by=SYSTEM) == 1
    assert set(Rating.objects.values_list("reply", "words", "solved")) == {
        (reply.pk, "", False),
        (other.pk, NOT_SOLVED.words, False),
    }
    entry = Entry.objects.newest_first()[0]
    assert (entry.kind, entry.facts) == ("rating.words_erased", {"case": reply.case_id, "body": reply.body.code})
    assert erase_words(by=SYSTEM) == 0
    assert Entry.objects.newest_first()[0] == entry


def test_only_the_system_erases_words_of_ratings() -> None:
    with pytest.raises(NotAllowed):
        erase_words(by=RESIDENT)

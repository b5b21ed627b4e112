"""Editions: frozen, with a digest that the log keeps; a correction says what changed."""

import json
from hashlib import sha256

import pytest
from django.urls import reverse
from tests.builders import a_call, a_county, a_handler, a_leader, an_analyst, an_inspector, an_outsider

from massline.concentrate import actions
from massline.concentrate.models import Act, Edition, Placement, Run, Statement, Theme
from massline.concentrate.queries import newest_act, theme_messages
from massline.concentrate.rules import NotPublished, changes
from massline.concentrate.tests.runs import a_written_run
from massline.gather.actions import ask_removal
from massline.gather.models import Message
from massline.ledger.models import Entry
from massline.people.models import User
from massline.rights import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db) -> Run:
    return a_written_run()


@pytest.fixture
def analyst(run) -> User:
    return an_analyst(run.call.body)


def publish(run: Run, by: User, note: str = "") -> Edition:
    newest = newest_act(run)
    return actions.publish_edition(run, note=note, seen=newest.pk if newest else 0, by=by)


def coarse(run: Run) -> list[Theme]:
    return list(Theme.objects.filter(run=run).coarsest().select_related("run__call__body"))


def test_an_edition_holds_what_its_digest_says_and_the_log_has_the_digest(run, analyst) -> None:
    edition = publish(run, analyst)
    assert edition.digest == sha256(edition.content.encode()).hexdigest()
    assert Entry.objects.get(kind="edition.published").facts["digest"] == edition.digest
    facts = json.loads(edition.content)
    assert [theme["name"] for theme in facts["themes"] if not theme["parent"]] == [theme.label for theme in coarse(run)]
    assert analyst.username not in edition.content


def test_no_words_of_messages_are_frozen_so_that_they_can_still_be_hidden(run, analyst, client) -> None:
    edition = publish(run, analyst)
    statement = Statement.objects.filter(theme__run=run).first()
    assert statement.text not in edition.content
    assert sha256(statement.text.encode()).hexdigest() in edition.content
    assert statement.text in client.get(edition.get_absolute_url()).content.decode()
    for message in statement.trace.all():
        ask_removal(message, ground="others-data", reason="写了别人的住处", by=a_handler(run.call.body))
    assert statement.text not in client.get(edition.get_absolute_url()).content.decode()


def test_anybody_can_work_out_which_messages_a_theme_and_a_statement_held(run, analyst) -> None:
    facts = publish(run, analyst).facts
    for theme in facts["themes"]:
        inside = Placement.objects.filter(theme__in=Theme.objects.of_family(Theme.objects.get(pk=theme["id"])))
        numbers = sorted(inside.values_list("message", flat=True))
        assert theme["messages"] == len(numbers)
        assert theme["holds"] == sha256("".join(f"{number}\n" for number in numbers).encode()).hexdigest()
        assert all(said["messages"] == 2 for said in theme["statements"])


def test_what_is_published_does_not_change_by_later_acts(run, analyst, client) -> None:
    edition = publish(run, analyst)
    before, page = edition.content, client.get(edition.get_absolute_url()).content.decode()
    one, other, *_ = coarse(run)
    actions.merge_themes(one, into=other, by=analyst, version=0)
    actions.rename_theme(other, name="改过的", by=analyst, version=other.version)
    edition.refresh_from_db()
    assert edition.content == before
    after = client.get(edition.get_absolute_url()).content.decode()
    assert one.label in after
    assert "改过的" not in after
    assert page.count("<li>") == after.count("<li>")


def test_a_correction_says_why_and_what_changed_and_the_first_stays(run, analyst, client) -> None:
    first = publish(run, analyst)
    lamps, buses, water = coarse(run)
    actions.rename_theme(lamps, name="路灯不亮", by=analyst, version=0)
    actions.split_theme(lamps, messages=[theme_messages(lamps)[0].pk], name="新的", by=analyst, version=lamps.version)
    actions.merge_themes(water, into=buses, by=analyst, version=0)
    second = publish(run, analyst, note="名称看不懂")
    told = {change["kind"]: change for change in second.changes if change["kind"] in ("renamed", "new", "gone")}
    assert (told["renamed"]["before"], told["renamed"]["after"]) == ("路灯", "路灯不亮")
    assert told["new"]["after"] == "新的"
    assert (told["gone"]["before"], told["gone"]["after"]) == ("自来水", "公交")
    page = client.get(second.get_absolute_url()).content.decode()
    assert all(words in page for words in ("名称看不懂", "路灯不亮", "新的", "自来水"))
    assert second.get_absolute_url() in client.get(first.get_absolute_url()).content.decode()
    assert (first.number, second.number) == (1, 2)


def test_a_correction_without_a_reason_or_without_news_is_refused(run, analyst) -> None:
    publish(run, analyst)
    with pytest.raises(NotPublished) as refused:
        publish(run, analyst, note="再来一次")
    assert refused.value.reason == "nothing new"
    act = actions.rename_theme(coarse(run)[0], name="改过的", by=analyst, version=0)
    with pytest.raises(NotPublished) as refused:
        publish(run, analyst, note="  ")
    assert refused.value.reason == "no reason"
    actions.undo_act(act, by=analyst)
    with pytest.raises(NotPublished) as refused:
        publish(run, analyst, note="又改回来了")
    assert refused.value.reason == "nothing new"
    assert Edition.objects.count() == 1


def test_nobody_publishes_what_she_has_not_seen(run, analyst) -> None:
    actions.rename_theme(coarse(run)[0], name="改过的", by=an_analyst(run.call.body), version=0)
    with pytest.raises(NotPublished) as refused:
        actions.publish_edition(run, note="", seen=0, by=analyst)
    assert refused.value.reason == "stale"
    again = a_written_run(run.call)
    with pytest.raises(NotPublished):
        publish(run, analyst)
    assert publish(again, analyst).number == 1


def test_a_new_run_makes_a_new_edition_of_new_themes(run, analyst) -> None:
    publish(run, analyst)
    edition = publish(a_written_run(run.call), analyst, note="又有了新留言")
    kinds = [change["kind"] for change in edition.changes]
    assert set(kinds) == {"new", "gone"}
    assert kinds.count("new") == kinds.count("gone")


def test_two_equal_editions_have_no_changes() -> None:
    theme = {"id": 1, "name": "甲", "messages": 2, "senders": 2, "holds": "x"}
    edition = {"themes": [theme]}
    assert changes(edition, edition, {}) == []
    assert changes(edition, {"themes": [{**theme, "holds": "y"}]}, {})[0]["kind"] == "counted"


def test_the_file_of_an_edition_is_the_very_text_of_its_digest(run, analyst, client) -> None:
    edition = publish(run, analyst)
    file = client.get(reverse("concentrate:edition_content", args=[run.call.ref, 1]))
    assert file["Content-Type"] == "application/json"
    assert sha256(file.content).hexdigest() == edition.digest
    assert edition.digest in client.get(edition.get_absolute_url()).content.decode()


@pytest.mark.parametrize("number", [0, 2, 10**30])
def test_an_edition_that_is_not_there_is_not_found(run, analyst, client, number) -> None:
    publish(run, analyst)
    assert client.get(reverse("concentrate:edition", args=[run.call.ref, number])).status_code == 404
    assert client.get(reverse("concentrate:edition", args=[a_call(a_county()).ref, 1])).status_code == 404


def test_analysts_and_leaders_of_the_body_publish_and_nobody_else(run, client) -> None:
    body = run.call.body
    for other in (a_handler(body), an_inspector(body), an_outsider(), a_leader(), an_analyst()):
        with pytest.raises(NotAllowed):
            publish(run, other)
        client.force_login(other)
        assert client.post(reverse("concentrate:publish", args=[run.call.ref]), {"seen": 0}).status_code == 404
    assert publish(run, a_leader(body)).number == 1


def test_the_room_publishes_and_keeps_the_words_of_who_was_too_late(run, analyst, client) -> None:
    client.force_login(analyst)
    address = reverse("concentrate:publish", args=[run.call.ref])
    theme = coarse(run)[0]
    assert client.post(address, {"seen": 0, "note": ""}).url == reverse("concentrate:edition", args=[run.call.ref, 1])
    act = actions.rename_theme(theme, name="改过的", by=an_analyst(run.call.body), version=0)
    assert client.post(address, {"seen": act.pk, "note": ""}).status_code == 422
    late = client.post(address, {"seen": 0, "note": "我的理由"})
    assert late.status_code == 409
    assert "我的理由" in late.content.decode()
    assert f'name="seen" value="{act.pk}"' in late.content.decode()
    assert client.post(address, {"seen": act.pk, "note": "我的理由"}).status_code == 302
    assert "没有新的改动" in client.get(reverse("concentrate:room", args=[run.call.ref])).content.decode()


def test_the_way_from_an_edition_to_what_people_wrote_is_whole(run, analyst, client) -> None:
    """Edition to theme, theme to statement, statement to message, message back to its theme."""
    edition = publish(run, analyst)
    theme = coarse(run)[0]
    assert theme.get_absolute_url() in client.get(edition.get_absolute_url()).content.decode()
    finer = theme.children.first()
    said = finer.statements.first()
    page = client.get(theme.get_absolute_url(), {"statement": said.pk}).content.decode()
    for message in said.trace.all():
        assert message.get_absolute_url() in page
        assert finer.get_absolute_url() in client.get(message.get_absolute_url()).content.decode()
    assert edition.get_absolute_url() in client.get(reverse("concentrate:themes", args=[run.call.ref])).content.decode()


def test_a_message_leads_to_the_theme_that_it_was_merged_into(run, analyst, client) -> None:
    one, other, *_ = coarse(run)
    message = theme_messages(coarse(run)[2])[0]
    actions.merge_themes(coarse(run)[2], into=other, by=analyst, version=0)
    assert other.get_absolute_url() in client.get(message.get_absolute_url()).content.decode()
    assert Act.objects.count() == 1
    assert Message.objects.get(pk=message.pk).text == message.text
    assert one.pk != other.pk

"""Pages of themes: what everybody sees, and who may ask for a run."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.builders import a_call, a_county, a_handler, a_leader, a_message, an_analyst, an_inspector, an_outsider

from massline.concentrate.actions import request_run
from massline.concentrate.models import Campaign, Run, Statement, Theme
from massline.concentrate.tests.runs import a_run
from massline.face.styles import style_url
from massline.gather.actions import ask_removal, show_again
from massline.gather.models import Message
from massline.rights import SYSTEM

pytestmark = pytest.mark.django_db


def themes_url(call) -> str:
    return reverse("concentrate:themes", args=[call.ref])


def ask(client, call):
    return client.post(reverse("concentrate:request_run", args=[call.ref]))


@pytest.fixture
def run(db) -> Run:
    return a_run()


def test_the_page_names_every_theme_and_the_sums_add_up(client, run) -> None:
    page = client.get(themes_url(run.call)).content.decode()
    for theme in Theme.objects.filter(run=run, parent=None):
        assert theme.get_absolute_url() in page
        finer = client.get(theme.get_absolute_url()).content.decode()
        assert all(part.get_absolute_url() in finer for part in theme.children.all())
    table = page[page.index("<tbody>") :]
    *parts, whole = [int(number.replace(",", "")) for number in re.findall(r'class="face-number">([\d,]+)<', table)]
    assert sum(parts) == whole == Message.objects.filter(call=run.call).count()


def test_the_picture_says_what_it_shows_and_holds_no_link_or_style(client, run) -> None:
    client.get(style_url())  # this browser keeps the style: the page holds none
    page = client.get(themes_url(run.call)).content.decode()
    picture = page[page.index('<svg class="ml-picture"') : page.index("</svg>", page.index("ml-picture"))]
    assert 'role="img"' in picture
    assert "<desc" in picture
    assert "<a " not in picture
    assert "style=" not in page


def test_pages_of_themes_take_few_queries(client, run, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(10):
        client.get(themes_url(run.call))
    with django_assert_max_num_queries(15):
        client.get(Theme.objects.filter(run=run, parent=None).first().get_absolute_url())
    with django_assert_max_num_queries(12):
        client.get(run.call.get_absolute_url())
    with django_assert_max_num_queries(5):
        client.get(f"/api/calls/{run.call.ref}/themes")


def test_a_theme_shows_its_messages_and_each_statement_leads_to_exactly_its_own(client, run) -> None:
    statement = Statement.objects.filter(theme__run=run).first()
    theme = statement.theme
    assert statement.text in client.get(theme.get_absolute_url()).content.decode()
    page = client.get(theme.get_absolute_url(), {"statement": statement.pk}).content.decode()
    shown = {int(pk) for pk in re.findall(r'href="/messages/(\d+)/"', page)}
    traced = set(statement.trace.values_list("pk", flat=True))
    assert shown <= traced
    assert len(shown) == min(len(traced), 10)


@pytest.mark.parametrize("number", ["0", "-1", "zwei", "9" * 30, "\x00", "²"])
def test_a_statement_that_is_not_the_themes_is_passed_over(client, run, number) -> None:
    theme = Theme.objects.filter(run=run).first()
    assert client.get(theme.get_absolute_url(), {"statement": number}).status_code == 200


def test_a_message_that_is_no_longer_public_leaves_every_page(client, run) -> None:
    theme = Theme.objects.filter(run=run, parent=None).first()
    message = theme.typical.first()
    Message.objects.filter(pk=message.pk).update(published_at=None)
    for address in (theme.get_absolute_url(), run.call.get_absolute_url(), f"/api/calls/{run.call.ref}/themes"):
        body = client.get(address).content.decode()
        assert message.get_absolute_url() not in body
        assert not re.search(rf'"typical": \[[^\]]*\b{message.pk}\b', body)


def test_a_theme_is_found_under_its_own_call_only(client, run) -> None:
    theme = Theme.objects.filter(run=run).first()
    for ref, pk in ((a_call().ref, theme.pk), (run.call.ref, theme.pk + 10**6), (run.call.ref, 10**30)):
        assert client.get(reverse("concentrate:theme", args=[ref, pk])).status_code == 404


def test_a_theme_of_an_earlier_run_stays_and_says_so(client, run) -> None:
    theme = Theme.objects.filter(run=run).first()
    a_run(run.call)
    page = client.get(theme.get_absolute_url()).content.decode()
    assert "已有更新的结果" in page


def test_themes_of_a_run_that_failed_are_not_shown(client, run) -> None:
    theme = Theme.objects.filter(run=run).first()
    Run.objects.filter(pk=run.pk).update(problem="taken back")
    assert client.get(theme.get_absolute_url()).status_code == 404
    assert "还没有主题" in client.get(themes_url(run.call)).content.decode()


def test_a_call_without_a_run_says_what_comes_next(client) -> None:
    call = a_call()
    assert "还没有主题" in client.get(themes_url(call)).content.decode()
    request_run(call, by=SYSTEM)
    assert "正在等候集中" in client.get(themes_url(call)).content.decode()


def test_too_few_messages_for_themes_are_no_error(client) -> None:
    call = a_call()
    a_message(call, "好")
    a_run(call)
    assert client.get(themes_url(call)).status_code == 200


def test_script_in_labels_texts_and_campaigns_is_shown_as_text(client, run) -> None:
    evil = "<script>alert(1)</script>"
    Theme.objects.filter(run=run).update(label=evil, keywords=[evil])
    Statement.objects.filter(theme__run=run).update(text=evil)
    Message.objects.filter(call=run.call).update(shown_text=evil, shown_title=evil)
    Campaign.objects.create(run=run, text=evil, messages=2, distinct_texts=1, senders=2)
    pages = (
        themes_url(run.call),
        Theme.objects.filter(run=run).first().get_absolute_url(),
        run.call.get_absolute_url(),
    )
    for address in pages:
        assert evil not in client.get(address).content.decode()


@pytest.mark.parametrize("role", [a_leader, an_analyst])
def test_who_may_ask_for_a_run_finds_a_button_that_asks(client, role) -> None:
    county = a_county()
    call = a_call(county)
    client.force_login(role(county))
    assert "申请集中一次" in client.get(themes_url(call)).content.decode()
    assert ask(client, call).status_code == 302
    assert ask(client, call).status_code == 302
    assert Run.objects.filter(call=call).count() == 1
    assert DBTaskResult.objects.filter(task_path__endswith="run_engine").exists()


@pytest.mark.parametrize("role", [a_handler, an_inspector, an_outsider, a_leader, an_analyst, None])
def test_for_everybody_else_there_is_no_such_button_and_no_such_address(client, role) -> None:
    call = a_call()
    if role:
        client.force_login(role())
    assert "申请集中一次" not in client.get(themes_url(call)).content.decode()
    assert ask(client, call).status_code == 404
    assert not Run.objects.exists()


def test_a_run_is_asked_for_by_post_only(client) -> None:
    call = a_call()
    client.force_login(a_leader(call.body))
    assert client.get(reverse("concentrate:request_run", args=[call.ref])).status_code == 405


def test_why_a_run_failed_is_told_to_who_may_ask_again_only(client) -> None:
    call = a_call()
    run = request_run(call, by=SYSTEM)
    Run.objects.filter(pk=run.pk).update(finished_at=timezone.now(), problem="disk full at /srv")
    assert "disk full" not in client.get(themes_url(call)).content.decode()
    client.force_login(a_leader(call.body))
    assert "disk full" in client.get(themes_url(call)).content.decode()


def test_the_api_tells_themes_coarse_to_fine_with_whole_sums(client, run) -> None:
    told = client.get(f"/api/calls/{run.call.ref}/themes").json()
    counts = told["counts"]
    assert counts.pop("messages") == sum(counts.values())
    grains = [theme["grain"] for theme in told["themes"]]
    assert grains == sorted(grains)
    ids = {theme["id"] for theme in told["themes"]}
    assert {theme["parent"] for theme in told["themes"]} - {None} <= ids


def test_the_api_of_a_call_without_a_run_is_empty_but_there(client) -> None:
    assert client.get(f"/api/calls/{a_call().ref}/themes").json() == {"run": None, "counts": None, "themes": []}


def test_the_call_page_shows_the_answer_and_the_largest_themes(client, run) -> None:
    call = run.call
    type(call).objects.filter(pk=call.pk).update(
        closes_at=timezone.now(), answer="今年先修路灯", answered_at=timezone.now()
    )
    page = client.get(call.get_absolute_url()).content.decode()
    assert "今年先修路灯" in page
    assert Theme.objects.filter(run=run).coarsest().first().get_absolute_url() in page
    assert reverse("gather:say", args=[call.ref]) not in page


def test_themes_speak_english_too(client, run) -> None:
    page = client.get(themes_url(run.call), headers={"accept-language": "en"}).content.decode()
    assert "The parts add up to all messages" in page


def test_a_statement_goes_when_all_messages_that_say_it_are_hidden_and_comes_back_with_them(client, run) -> None:
    statement = Statement.objects.filter(theme__run=run).first()
    page = statement.theme.get_absolute_url()
    sayers = [one for one in statement.trace.order_by("pk") if statement.text in one.shown_text]
    assert sayers
    handler = a_handler(run.call.body)
    removals = [ask_removal(one, ground="others-data", reason="写了别人的住处", by=handler) for one in sayers]
    assert statement.text not in client.get(page).content.decode()
    show_again(removals[0], reason="看错了", by=handler)
    assert statement.text in client.get(page).content.decode()

"""Pages of the reading room: who finds them, that forms act, and what a second analyst is told."""

import re

import pytest
from django.urls import reverse
from tests.builders import a_call, a_handler, a_leader, an_analyst, an_inspector, an_outsider

from massline.concentrate import actions, queries
from massline.concentrate.models import Act, Run, Theme
from massline.concentrate.queries import InOrder, messages_with, theme_messages
from massline.concentrate.rules import ActKind
from massline.concentrate.tests.runs import a_written_run
from massline.ledger.views import KINDS
from massline.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db) -> Run:
    return a_written_run()


@pytest.fixture
def theme(run) -> Theme:
    return Theme.objects.filter(run=run).coarsest().first()


@pytest.fixture
def analyst(client, run) -> User:
    """Signed in."""
    user = an_analyst(run.call.body)
    client.force_login(user)
    return user


def at(name: str, theme: Theme) -> str:
    return reverse(f"concentrate:{name}", args=[theme.run.call.ref, theme.pk])


def typed(theme: Theme, **words) -> dict:
    return {"version": theme.version, **words}


def test_the_room_shows_every_theme_as_a_tree_and_a_picture(client, analyst, run) -> None:
    page = client.get(reverse("concentrate:room", args=[run.call.ref])).content.decode()
    assert all(at("room_theme", theme) in page for theme in Theme.objects.filter(run=run))
    assert '<svg class="ml-picture"' in page
    assert "style=" not in page


@pytest.mark.parametrize(
    ("words", "found"), [("太黑", "太黑"), ("请", "路灯"), ("不会有的字", ""), ("<b>", ""), ("9" * 400, "")]
)
def test_a_theme_is_found_by_its_name_or_its_words(client, analyst, run, words, found) -> None:
    page = client.get(reverse("concentrate:room", args=[run.call.ref]), {"q": words}).content.decode()
    shown = page[page.index('id="found"') :]
    assert "<b>" not in shown
    assert (f"<bdi>{found}</bdi>" in shown) if found else "<bdi>" not in shown[: shown.index("</section>")]


def test_the_number_of_a_message_leads_to_its_theme(client, analyst, run, theme) -> None:
    message = theme_messages(theme)[0]
    home = message.placements.get().theme
    page = client.get(reverse("concentrate:room", args=[run.call.ref]), {"q": str(message.pk)}).content.decode()
    assert at("room_theme", home) in page


def test_a_theme_is_renamed_merged_and_split_by_forms(client, analyst, run, theme) -> None:
    other = Theme.objects.filter(run=run).coarsest()[1]
    assert client.post(at("rename", theme), typed(theme, name="路灯不亮")).status_code == 302
    theme.refresh_from_db()
    chosen = [message.pk for message in theme_messages(theme)[:2]]
    client.post(at("take_out", theme), typed(theme, message=chosen, name="又一个"))
    theme.refresh_from_db()
    client.post(at("take_out", theme), typed(theme, message=[theme_messages(theme)[0].pk], into=other.pk))
    theme.refresh_from_db()
    answer = client.post(at("merge", theme), typed(theme, into=other.pk))
    assert answer.url == at("room_theme", other)
    assert [act.kind for act in Act.objects.order_by("pk")] == ["renamed", "split", "moved", "merged"]
    assert set(Act.objects.values_list("by", flat=True)) == {analyst.pk}


def test_all_messages_that_hold_words_are_taken_out_at_once(client, analyst, run, theme) -> None:
    client.post(at("take_out", theme), typed(theme, q="太黑", found="yes", name="太黑的"))
    new = Theme.objects.get(run=run, label="太黑的")
    assert {"太黑" in message.shown_text for message in theme_messages(new)} == {True}
    assert theme_messages(new).count() == 7
    assert messages_with(theme, "太黑") == ([], True)


@pytest.mark.parametrize(
    ("words", "number"),
    [("太黑", 7), ("：第", 12), ("第3句", 1), ("黑了", 0), ("…！", 0), ('"', 0), ("公交", 0), ("太 黑", 0)],
)
def test_the_messages_of_a_theme_with_some_words_are_found(run, theme, words, number) -> None:
    found, is_all = messages_with(theme, words)
    assert is_all
    assert len(found) == number
    assert found == [message.pk for message in theme_messages(theme) if words in message.shown_text]


@pytest.mark.parametrize("size", [1, 4, 5, 12])
def test_a_theme_cut_in_pages_gives_each_message_once_in_its_order(theme, size) -> None:
    inside, page, read = InOrder.of_theme(theme), None, []
    while page is None or page.next:
        page = inside.page(page and page.next, size)
        read += page.rows
    assert read == list(theme_messages(theme))
    assert page.count == len(read)


def test_of_frequent_words_the_first_messages_are_read_and_the_page_says_so(
    client, analyst, theme, monkeypatch
) -> None:
    monkeypatch.setattr(queries, "LOOKED_THROUGH", 3)
    found, is_all = messages_with(theme, "句话")
    assert not is_all
    assert found == [message.pk for message in theme_messages(theme)[:3]]
    asked = {"q": "句话"}
    page = client.get(at("room_theme", theme), asked, headers={"accept-language": "en"}).content.decode()
    assert "looked for in the first" in page
    assert messages_with(theme, "第3句话")[1]  # one message of the house


@pytest.mark.parametrize(
    ("form", "words", "said"),
    [
        ("rename", {"name": " "}, "请用几个字写明"),
        ("rename", {"name": "字" * 201}, "最多 200 个字"),
        ("rename", {"name": "公交"}, "已有主题叫这个名称"),
        ("rename", {"name": "a\x00b"}, "name"),
        ("merge", {"into": ""}, "请选要并入的主题"),
        ("merge", {"into": "999999"}, "已经不能选了"),
        ("take_out", {"name": "新的"}, "至少勾选一条"),
        ("take_out", {"message": ["1" * 30, "x", "0"], "name": "新的"}, "已经不在这个主题里"),
        ("take_out", {"message": ["1"], "name": ""}, "请用几个字写明"),
        ("take_out", {"q": "", "found": "yes", "name": "新的"}, "不能全部移出"),
    ],
)
def test_what_cannot_be_done_is_said_and_what_was_typed_is_kept(client, analyst, run, theme, form, words, said) -> None:
    answer = client.post(at(form, theme), typed(theme, **words))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Act.objects.exists()


def test_itself_and_a_theme_of_another_run_are_no_choice(client, analyst, run, theme) -> None:
    elsewhere = Theme.objects.filter(run=a_written_run()).first()
    for into in (theme, elsewhere):
        assert client.post(at("merge", theme), typed(theme, into=into.pk)).status_code == 422
        assert client.post(at("take_out", theme), typed(theme, into=into.pk, message=["1"])).status_code == 422


def test_the_second_of_two_analysts_sees_what_the_first_did_and_keeps_her_words(client, analyst, run, theme) -> None:
    first = an_analyst(run.call.body)
    actions.rename_theme(Theme.objects.get(pk=theme.pk), name="先改的", by=first, version=0)
    answer = client.post(at("rename", theme), typed(theme, name="后改的"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "先改的" in page
    assert first.public_name in page
    assert 'value="后改的"' in page
    version = re.search(r'name="version" value="(\d+)"[^>]*id="RenameForm', page) or re.search(
        r'name="version" value="(\d+)"', page
    )
    assert client.post(at("rename", theme), {"version": version[1], "name": "后改的"}).status_code == 302
    assert Theme.objects.get(pk=theme.pk).label == "后改的"


def test_who_had_a_theme_open_that_was_merged_is_shown_where_it_went(client, analyst, run, theme) -> None:
    other = Theme.objects.filter(run=run).coarsest()[1]
    actions.merge_themes(Theme.objects.get(pk=theme.pk), into=other, by=an_analyst(run.call.body), version=0)
    answer = client.post(at("rename", theme), typed(theme, name="后改的"))
    assert answer.status_code == 409
    assert at("room_theme", other) in answer.content.decode()
    assert client.get(at("theme", theme)).url == at("theme", other)


def test_an_act_is_taken_back_by_its_button_and_a_second_time_it_is_said_why_not(client, analyst, run, theme) -> None:
    act = actions.rename_theme(Theme.objects.get(pk=theme.pk), name="改过的", by=analyst, version=0)
    back = reverse("concentrate:undo", args=[run.call.ref, act.pk])
    assert back in client.get(at("room_theme", theme)).content.decode()
    assert "已经撤回" in client.post(back, follow=True).content.decode()
    assert "已经撤回过了" in client.post(back, follow=True).content.decode()
    assert Theme.objects.get(pk=theme.pk).label == theme.label
    assert back not in client.get(at("room_theme", theme)).content.decode()


def test_only_acts_that_nothing_rests_on_have_a_button(client, analyst, run, theme) -> None:
    acts = [
        actions.rename_theme(Theme.objects.get(pk=theme.pk), name=f"名{n}", by=analyst, version=n) for n in range(2)
    ]
    page = client.get(reverse("concentrate:room", args=[run.call.ref])).content.decode()
    assert [reverse("concentrate:undo", args=[run.call.ref, act.pk]) in page for act in acts] == [False, True]


def test_everybody_reads_what_was_changed_and_nobody_reads_by_whom(client, analyst, run, theme) -> None:
    before = theme.label
    actions.rename_theme(Theme.objects.get(pk=theme.pk), name="改过的", by=analyst, version=0)
    client.logout()
    themes = client.get(reverse("concentrate:themes", args=[run.call.ref])).content.decode()
    address = reverse("concentrate:acts", args=[run.call.ref])
    assert address in themes
    for page in (client.get(address).content.decode(), client.get(at("theme", theme)).content.decode()):
        assert before in page
        assert "改过的" in page
        assert analyst.public_name not in page


def test_a_message_that_was_moved_is_typical_and_dissenting_of_its_old_theme_no_more(client, run, analyst) -> None:
    finer = Theme.objects.filter(run=run, label="太黑").select_related("run__call__body").get()
    other = Theme.objects.filter(run=run, label="公交").get()
    moved = [finer.typical.get(), finer.dissenting.get()]
    actions.move_messages(finer, messages=[one.pk for one in moved], to=other, by=analyst, version=0)
    page = client.get(at("theme", finer)).content.decode()
    assert all(one.get_absolute_url() not in page for one in moved)
    told = {theme["id"]: theme["typical"] for theme in client.get(f"/api/calls/{run.call.ref}/themes").json()["themes"]}
    assert told[finer.pk] == []
    assert told[Theme.objects.get(run=run, label="坏了").pk] != []


@pytest.mark.parametrize("role", [a_handler, an_inspector, an_outsider, a_leader, an_analyst])
def test_for_everybody_else_there_is_no_such_room(client, run, theme, role) -> None:
    user = role(run.call.body) if role in (a_handler, an_inspector) else role()
    client.force_login(user)
    assert client.get(reverse("concentrate:room", args=[run.call.ref])).status_code == 404
    assert client.get(at("room_theme", theme)).status_code == 404
    for form in ("rename", "merge", "take_out"):
        assert client.post(at(form, theme), typed(theme, name="别的")).status_code == 404
    assert "研读室" not in client.get(at("theme", theme)).content.decode()
    assert not Act.objects.exists()


def test_the_room_asks_a_visitor_to_sign_in_and_forms_are_sent_by_post(client, run, theme) -> None:
    assert client.get(at("room_theme", theme)).status_code == 302
    client.force_login(a_leader(run.call.body))
    assert client.get(at("rename", theme)).status_code == 405


def test_a_call_without_a_run_and_a_theme_of_another_call_have_no_page_to_change(client, run, theme) -> None:
    call = a_call(run.call.body)
    client.force_login(an_analyst(run.call.body))
    assert client.get(reverse("concentrate:room", args=[call.ref])).status_code == 200
    assert client.get(reverse("concentrate:room_theme", args=[call.ref, theme.pk])).status_code == 404


def test_pages_of_the_room_take_few_queries(client, analyst, run, theme, django_assert_max_num_queries) -> None:
    actions.rename_theme(Theme.objects.get(pk=theme.pk), name="改过的", by=analyst, version=0)
    for address in (reverse("concentrate:room", args=[run.call.ref]), at("room_theme", theme)):
        with django_assert_max_num_queries(15):
            client.get(address)


@pytest.mark.parametrize("name", ["字" * 200, "إنارة الشوارع", "\u202eabc", "<script>alert(1)</script>"])
def test_a_long_foreign_or_hostile_name_breaks_no_page(client, analyst, run, theme, name) -> None:
    client.post(at("rename", theme), typed(theme, name=name))
    for address in (
        reverse("concentrate:room", args=[run.call.ref]),
        at("room_theme", theme),
        at("theme", theme),
        reverse("concentrate:acts", args=[run.call.ref]),
    ):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<bdi>" in page


def test_every_act_has_words_on_the_page_of_the_log() -> None:
    assert {f"theme.{kind}" for kind in ActKind} <= set(KINDS)

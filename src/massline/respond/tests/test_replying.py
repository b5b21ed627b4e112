"""Drafts and templates of replies; and what is typed as HTML stays text."""

import re

import nh3
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_case, a_handler, a_leader, a_message, an_inspector, an_outsider

from massline.ledger.models import Entry
from massline.respond.actions import drop_template, hand_over, keep_draft, keep_template, publish_reply, write_note
from massline.respond.markup import NO_TAG, plain
from massline.respond.models import Draft, Template
from massline.respond.queries import templates_of
from massline.respond.rules import NameTaken
from massline.respond.templating import FIELDS, UnknownField, check_template, filled
from massline.respond.tests.county import County
from massline.rights import NotAllowed

FACTS = {"title": "路灯", "number": "7", "body": "东河镇", "today": "今天", "due": "后天"}
WORDS = "我们周三派人到场，"
HTML = "<script>alert(1)</script><b onclick=x>粗</b>&amp;{{ 7|add:7 }}"


@pytest.fixture
def here() -> County:
    return County()


@pytest.fixture
def at_desk(here: County, client):
    client.force_login(here.handler)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(name: str, *keys: int) -> str:
    return reverse(f"respond:{name}", args=keys)


# --- the text of a template


@given(st.text(alphabet="路灯{}title 事项\n", max_size=40))
def test_a_template_is_filled_or_refused_and_never_half_filled(text: str) -> None:
    names = [name.strip() for name in re.findall(r"\{([^{}\n]*)\}", text)]
    if set(names) <= set(FIELDS):
        assert filled(text, FACTS).count(FACTS["title"]) >= len(names)
    else:
        with pytest.raises(UnknownField):
            filled(text, FACTS)


def test_every_field_has_its_fact_in_both_languages() -> None:
    assert set(FIELDS.values()) == set(FACTS)
    for name, fact in FIELDS.items():
        assert filled(f"关于{{{name}}}：", FACTS) == f"关于{FACTS[fact]}："


@pytest.mark.parametrize("text", ["{姓名}，您好", "{}", "{ }", "{title.__class__}", "{{title}}{x}", "{title!r}"])
def test_a_field_that_no_case_has_is_refused_by_name(text: str) -> None:
    with pytest.raises(UnknownField) as unknown:
        check_template(text)
    assert f"{{{unknown.value.name}}}" in str(unknown.value)


def test_what_a_title_holds_is_never_read_as_a_field() -> None:
    assert filled("关于{title}", {**FACTS, "title": "{body}"}) == "关于{body}"


# --- templates of a body


@pytest.mark.django_db
def test_a_template_is_written_put_into_a_reply_changed_and_deleted(here: County, at_desk) -> None:
    case = here.case()
    at_desk.post(address("templates"), {"name": "修路灯", "text": "关于“{事项}”，{单位}答复如下："})
    template = Template.objects.get()
    page = at_desk.post(address("fill_in", case.pk), {"text": WORDS, "template": template.pk}).content.decode()
    assert f"{WORDS}\n关于“{case.title}”，Body" in page.replace("\r", "")
    assert not Draft.objects.exists()
    at_desk.post(address("template", template.pk), {"name": "修路灯", "text": "已修好。"})
    assert Template.objects.get().text == "已修好。"
    at_desk.post(address("drop_template", template.pk))
    assert not Template.objects.exists()


@pytest.mark.django_db
def test_an_unknown_field_comes_back_with_the_fields_that_there_are(at_desk) -> None:
    answer = at_desk.post(address("templates"), {"name": "x", "text": "{姓名}您好"})
    assert answer.status_code == 422
    assert "No case has a field {姓名}" in answer.content.decode()
    assert "{事项}" in answer.content.decode()
    assert not Template.objects.exists()


@pytest.mark.django_db
def test_two_templates_of_one_body_have_two_names(here: County, at_desk) -> None:
    for _ in range(2):
        answer = at_desk.post(address("templates"), {"name": "同名", "text": "好"})
    assert "already" in answer.content.decode()
    with pytest.raises(NameTaken):
        keep_template(Template(body=here.township, name="同名", text="好"), by=here.handler)
    assert Template.objects.count() == 1


@pytest.mark.django_db
def test_a_body_has_the_templates_of_those_above_it_and_of_no_other(here: County, at_desk) -> None:
    above, beside = (
        Template(body=here.county, name="县", text="县"),
        Template(body=here.department, name="局", text="局"),
    )
    own = keep_template(Template(body=here.township, name="镇", text="镇"), by=here.handler)
    keep_template(above, by=a_leader(here.county))
    keep_template(beside, by=a_handler(here.department))
    assert list(templates_of(here.township)) == [above, own]
    for other in (above, beside):
        assert at_desk.post(address("drop_template", other.pk)).status_code == 404
        assert at_desk.get(address("template", other.pk)).status_code == 404
    case = here.case()
    page = at_desk.post(address("fill_in", case.pk), {"text": "", "template": beside.pk}).content.decode()
    assert "Choose a template first" in page
    assert "局</textarea>" not in page


@pytest.mark.django_db
def test_nobody_but_those_of_a_body_writes_or_deletes_its_templates(here: County, client) -> None:
    template = keep_template(Template(body=here.township, name="镇", text="镇"), by=here.handler)
    for stranger in here.strangers():
        with pytest.raises(NotAllowed):
            keep_template(Template(body=here.township, name="他", text="他"), by=stranger)
        with pytest.raises(NotAllowed):
            drop_template(template, by=stranger)
    client.force_login(an_inspector(here.county))
    assert client.get(address("templates")).status_code == 404
    assert list(Template.objects.all()) == [template]


# --- drafts


@pytest.mark.django_db
def test_a_draft_waits_in_the_form_for_its_writer_alone_and_goes_with_the_reply(here: County, at_desk) -> None:
    case, before = here.case(), Entry.objects.count()
    at_desk.post(address("keep_draft", case.pk), {"text": WORDS, "version": case.version})
    assert Entry.objects.count() == before
    at_desk.logout()
    at_desk.force_login(here.handler)
    assert f"{WORDS}</textarea>" in at_desk.get(address("desk_case", case.pk)).content.decode()
    for other in (a_handler(here.township), a_leader(here.county), an_inspector(here.county)):
        at_desk.force_login(other)
        assert WORDS not in at_desk.get(address("desk_case", case.pk)).content.decode()
    assert WORDS not in at_desk.get(case.get_absolute_url()).content.decode()
    keep_draft(case, text="另一人的草稿", by=a_handler(here.township))
    publish_reply(case, text="修好了", by=here.handler, version=case.version)
    assert [draft.text for draft in Draft.objects.all()] == ["另一人的草稿"]


@pytest.mark.django_db
def test_a_draft_is_written_over_thrown_away_empty_and_told_to_htmx_in_a_line(here: County, at_desk) -> None:
    case = here.case()
    for text in ("一", "二"):
        line = at_desk.post(address("keep_draft", case.pk), {"text": text}, headers={"hx-request": "true"})
        assert "Draft kept" in line.content.decode()
        assert "<html" not in line.content.decode()
    assert Draft.objects.get().text == "二"
    at_desk.post(address("keep_draft", case.pk), {"text": "  "})
    assert not Draft.objects.exists()
    assert at_desk.get(address("keep_draft", case.pk)).url == address("desk_case", case.pk)


@pytest.mark.django_db
def test_a_draft_survives_a_form_that_is_stale(here: County, at_desk) -> None:
    case = here.case()
    at_desk.post(address("keep_draft", case.pk), {"text": WORDS})
    hand_over(case, to=here.department, reason="归它管", by=here.handler, version=case.version)
    stale = at_desk.post(address("reply", case.pk), {"text": "旧的", "version": 0})
    assert stale.status_code == 409
    assert Draft.objects.get().text == WORDS


@pytest.mark.django_db
def test_who_may_not_reply_keeps_no_draft_and_fills_nothing_in(here: County, client) -> None:
    case, closed = here.case(), here.answered()
    for stranger in here.strangers():
        with pytest.raises(NotAllowed):
            keep_draft(case, text=WORDS, by=stranger)
    for stranger in (an_outsider(), an_inspector(here.county)):
        client.force_login(stranger)
        for name in ("keep_draft", "fill_in"):
            assert client.post(address(name, case.pk), {"text": WORDS}).status_code == 404
    client.force_login(here.handler)
    assert client.post(address("keep_draft", closed.pk), {"text": WORDS}).status_code == 404
    assert not Draft.objects.exists()


# --- HTML is text, and a reply has none


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<p>已修好。</p><p>周三<br>验收</p>", "已修好。\n周三\n验收"),
        ("<style>p{}</style><p class=MsoNormal>已修好<o:p></o:p></p>", "已修好"),
        ("好<script>alert(1)</script><!-- x -->", "好"),
        ("<b>&lt;img src=x onerror=alert(1)&gt;</b>好", "好"),
        ("<a href='javascript:x'>东河镇</a>&amp;水利局", "东河镇&水利局"),
        ("<p>水压 < 0.2 且见<附件1></p>", "水压 < 0.2 且见<附件1>"),
        ("水压 < 0.2，流量 > 3，见<附件1>，x<y", "水压 < 0.2，流量 > 3，见<附件1>，x<y"),
        ("<img src=x onerror=alert(1) <>好", "好"),
        ("<script/<>alert(1)</script/<>好", "好"),
        ("x<y，z>3", "x<y，z>3"),
        ("&amp; 一\n\n\n\n二  ", "&amp; 一\n\n\n\n二  "),
    ],
)
def test_markup_goes_and_words_stay(typed: str, kept: str) -> None:
    assert plain(typed) == kept


def assert_no_element(words: str) -> None:
    """A sign that opens nothing, as in "5 < 7", is a word; beside such, nobody who parses this as HTML finds an element."""
    assert "<" not in nh3.clean(
        NO_TAG.sub("&lt;", words), tags={"a", "b", "p", "img", "script"}, clean_content_tags=set()
    )


@given(st.text(alphabet="路 <>/!-&;ltgpbascriptimg=\"'\n", max_size=60))
def test_what_was_made_plain_holds_no_html_and_stays_as_it_is(text: str) -> None:
    words = plain(text)
    assert_no_element(words)
    assert plain(words) == words
    assert words == text or nh3.is_html(text)


@pytest.mark.django_db
def test_a_pasted_reply_is_shown_without_its_markup_before_it_is_published(here: County, at_desk) -> None:
    case = a_case(a_message(here.call, area=here.township), by=here.handler)
    sent = {"text": "<p onclick=x>已修好。</p><script>alert(1)</script>", "version": case.version}
    asked = at_desk.post(address("reply", case.pk), sent)
    assert asked.status_code == 422
    assert asked.context["reply_form"]["text"].value() == "已修好。"
    assert "taken out" in asked.content.decode()
    assert not case.replies.exists()
    assert at_desk.post(address("reply", case.pk), sent | {"text": "已修好。"}).status_code == 302
    assert case.replies.get().text == "已修好。"


@pytest.mark.django_db
def test_no_way_leads_markup_into_a_reply_or_out_of_it(here: County, at_desk) -> None:
    """What other programs call, and what they are told: the API too."""
    case = a_case(a_message(here.call, area=here.township), by=here.handler)
    publish_reply(case, text=HTML, by=here.handler, version=case.version)
    assert case.replies.get().text == "粗&{{ 7|add:7 }}"
    told = [at_desk.get(place).content.decode() for place in (f"/api/cases/{case.pk}", case.get_absolute_url())]
    assert "粗" in told[0]
    assert "粗" in told[1]
    assert not any("<b onclick" in one or "<script>alert" in one for one in told)


@pytest.mark.django_db
def test_html_in_a_reply_a_note_a_title_or_a_template_is_shown_as_text_everywhere(here: County, at_desk) -> None:
    message = a_message(here.call, f"{HTML} 路灯坏了", area=here.township)
    case = a_case(message, title=HTML, by=here.handler)
    template = keep_template(Template(body=here.township, name="<b>", text="<script>2</script>"), by=here.handler)
    write_note(case, text=HTML, body=here.township, by=here.handler)
    keep_draft(case, text=HTML, by=here.handler)
    filled_in = at_desk.post(address("fill_in", case.pk), {"text": HTML, "template": template.pk})
    coached = at_desk.post(address("coach", case.pk), {"text": HTML, "version": case.version})
    waiting = [at_desk.get(address("desk_case", case.pk)), filled_in, coached]
    publish_reply(case, text=HTML, by=here.handler, version=case.version)
    places = [address(name) for name in ("queue", "templates", "you_said")]
    places += [address("desk_case", case.pk), case.get_absolute_url(), message.get_absolute_url()]
    for page in [*waiting, *(at_desk.get(place) for place in places)]:
        html = page.content.decode()
        assert page.status_code == 200
        for typed in ("<script>alert", "<script>2", "<b onclick", "<b>"):
            assert typed not in html
    shown = at_desk.get(case.get_absolute_url()).content.decode()
    assert "粗&amp;{{ 7|add:7 }}" in shown

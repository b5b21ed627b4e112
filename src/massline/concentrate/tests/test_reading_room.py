"""The reading room: what analysts do to themes, that nothing and nobody is lost by it, and that it can be taken back."""

from datetime import date

import pytest
from tests.builders import a_call, a_county, a_handler, a_leader, a_message, an_analyst, an_inspector, an_outsider

from massline.concentrate import actions
from massline.concentrate.models import Act, Placement, Run, Statement, Theme
from massline.concentrate.queries import statements_of, theme_messages
from massline.concentrate.rules import (
    LONGEST_NAME,
    ActKind,
    MergeRefused,
    NameRefused,
    StaleTheme,
    TakeOutRefused,
    UndoRefused,
    period_of,
)
from massline.concentrate.tests.runs import a_written_run
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


@pytest.fixture
def two(run) -> list[Theme]:
    """The largest coarse themes of a run. The version that a test has read is that of a page opened before its first act."""
    return list(Theme.objects.filter(run=run).coarsest().select_related("run__call__body")[:2])


def fresh(theme: Theme) -> Theme:
    return Theme.objects.select_related("run__call__body").get(pk=theme.pk)


def texts_of(theme: Theme) -> set[int]:
    return set(theme_messages(fresh(theme)).values_list("pk", flat=True))


def standing(run: Run) -> list[dict]:
    """All that shows of a run's themes, and where each message lies."""
    columns = ("pk", "label", "parent", "merged_into", "messages", "senders", "share_raw", "over_time")
    found = list(Theme.objects.standing().filter(run=run).order_by("pk").values(*columns))
    return [*found, dict(Placement.objects.filter(run=run).values_list("message", "theme"))]


def counts_are_exact(run: Run) -> bool:
    """Whether every theme that shows counts its messages, and each of their writers once."""
    for theme in Theme.objects.standing().filter(run=run):
        inside = Placement.objects.filter(theme__in=Theme.objects.of_family(theme)).select_related("message")
        senders = [placement.message.sender for placement in inside]
        named = {sender for sender in senders if sender}
        if (theme.messages, theme.senders) != (len(senders), len(named) + senders.count("")):
            return False
    return True


# --- names


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "字" * (LONGEST_NAME + 1)])
def test_a_name_of_nothing_or_too_long_is_refused_and_leaves_no_mark(run, analyst, two, name) -> None:
    with pytest.raises(NameRefused):
        actions.rename_theme(two[0], name=name, by=analyst, version=0)
    assert fresh(two[0]).version == 0
    assert not Act.objects.exists()
    assert not Entry.objects.filter(kind__startswith="theme.").exists()


@pytest.mark.parametrize(
    "name", ["字" * LONGEST_NAME, "إنارة الشوارع", "\u202eright to left", "<b>bold</b>", "a  b\nc"]
)
def test_a_name_of_any_script_is_kept_in_one_line(run, analyst, two, name) -> None:
    actions.rename_theme(two[0], name=name, by=analyst, version=0)
    assert fresh(two[0]).label == " ".join(name.split())


def test_two_themes_of_a_run_cannot_have_the_same_name(run, analyst, two) -> None:
    with pytest.raises(NameRefused):
        actions.rename_theme(two[0], name=two[1].label, by=analyst, version=0)


def test_a_renaming_changes_the_name_and_nothing_else(run, analyst, two) -> None:
    before, said = standing(run), list(Message.objects.order_by("pk").values())
    actions.rename_theme(two[0], name="灯", by=analyst, version=0)
    after = standing(run)
    [changed] = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert {key for key in changed[0] if changed[0][key] != changed[1][key]} == {"label"}
    assert list(Message.objects.order_by("pk").values()) == said


# --- two at once


def test_of_two_analysts_who_change_a_theme_at_once_the_second_is_told_and_nothing_is_lost(run, analyst, two) -> None:
    first, second = fresh(two[0]), fresh(two[0])
    actions.rename_theme(first, name="灯", by=analyst, version=first.version)
    seen = second.version
    for act in (
        lambda: actions.rename_theme(second, name="照明", by=an_analyst(run.call.body), version=seen),
        lambda: actions.merge_themes(second, into=two[1], by=analyst, version=seen),
        lambda: actions.move_messages(second, messages=[1], to=two[1], by=analyst, version=seen),
        lambda: actions.split_theme(second, messages=[1], name="照明", by=analyst, version=seen),
    ):
        with pytest.raises(StaleTheme):
            act()
    assert fresh(two[0]).label == "灯"
    assert Act.objects.count() == 1
    actions.rename_theme(second, name="照明", by=analyst, version=fresh(two[0]).version)
    assert [act.after for act in Act.objects.order_by("pk")] == ["灯", "照明"]


def test_a_theme_of_an_earlier_run_is_not_changed_any_more(run, analyst, two) -> None:
    a_written_run(run.call)
    with pytest.raises(StaleTheme):
        actions.rename_theme(two[0], name="灯", by=analyst, version=0)


# --- merging


def test_a_merge_loses_no_message_no_statement_and_no_writer(run, analyst, two) -> None:
    """One writer who spoke in both is one writer; one without a sender counts for each message."""
    one, other = two
    shared = "a" * 16
    for theme in two:
        Message.objects.filter(pk=theme_messages(theme)[0].pk).update(sender=shared)
        Message.objects.filter(pk=theme_messages(theme)[1].pk).update(sender="")
    texts, said = texts_of(one) | texts_of(other), {*statements_of(one), *statements_of(other)}
    inside = Placement.objects.filter(theme__in=[*Theme.objects.of_family(one), *Theme.objects.of_family(other)])
    senders = list(inside.values_list("message__sender", flat=True))
    actions.merge_themes(one, into=other, by=analyst, version=0)
    assert texts_of(other) == texts
    assert set(statements_of(fresh(other))) == said
    assert fresh(other).messages == len(senders)
    assert fresh(other).senders == len({sender for sender in senders if sender}) + senders.count("")
    assert one not in Theme.objects.filter(run=run).coarsest()


def test_a_merge_of_finer_themes_leaves_the_one_above_as_it_is(run, analyst, two) -> None:
    above = two[0]
    pair = [fresh(theme) for theme in above.children.order_by("pk")]
    texts = texts_of(above)
    actions.merge_themes(pair[0], into=pair[1], by=analyst, version=0)
    assert texts_of(above) == texts_of(pair[1]) == texts
    assert counts_are_exact(run)
    actions.merge_themes(fresh(pair[1]), into=above, by=analyst, version=1)
    assert texts_of(above) == texts
    assert not Theme.objects.standing().filter(parent=above).exists()


def test_a_theme_is_not_merged_with_itself_its_own_part_or_one_of_another_run(run, analyst, two) -> None:
    part = two[0].children.first()
    elsewhere = Theme.objects.filter(run=a_written_run()).first()
    for into in (two[0], part, elsewhere):
        with pytest.raises(MergeRefused):
            actions.merge_themes(two[0], into=into, by=analyst, version=0)
        assert fresh(two[0]).version == 0
    with pytest.raises(MergeRefused):
        actions.move_messages(two[0], messages=[1], to=elsewhere, by=analyst, version=0)


def test_what_was_merged_twice_over_is_all_in_the_last(run, analyst) -> None:
    one, two, three = Theme.objects.filter(run=run).coarsest().select_related("run__call__body")[:3]
    texts = texts_of(one) | texts_of(two) | texts_of(three)
    actions.merge_themes(one, into=two, by=analyst, version=0)
    actions.merge_themes(two, into=three, by=analyst, version=fresh(two).version)
    assert texts_of(three) == texts
    assert {fresh(one).merged_into_id, fresh(two).merged_into_id} <= {three.pk, None}
    assert counts_are_exact(run)
    with pytest.raises(StaleTheme):
        actions.rename_theme(fresh(one), name="灯", by=analyst, version=fresh(one).version)


# --- taking messages out


@pytest.mark.parametrize("chosen", ["none", "one elsewhere", "a copy", "all", "of nobody"])
def test_what_cannot_be_taken_out_of_a_theme_leaves_it_as_it_was(run, analyst, two, chosen) -> None:
    before = standing(run)
    copies = Placement.objects.filter(run=run, fate="copy")
    messages = {
        "none": set(),
        "one elsewhere": texts_of(two[1]),
        "a copy": set(copies.values_list("message", flat=True)),
        "all": texts_of(two[0]),
        "of nobody": {10**9},
    }[chosen]
    for act in (
        lambda: actions.split_theme(two[0], messages=messages, name="新的", by=analyst, version=0),
        lambda: actions.move_messages(two[0], messages=messages, to=two[1], by=analyst, version=0),
    ):
        with pytest.raises(TakeOutRefused):
            act()
        assert fresh(two[0]).version == 0
    assert standing(run) == before


def test_a_split_makes_two_of_one_and_every_message_stands_in_one_of_them(run, analyst, two) -> None:
    texts = texts_of(two[0])
    chosen = set(sorted(texts)[:3])
    act = actions.split_theme(two[0], messages=chosen, name="新的", by=analyst, version=0)
    assert texts_of(act.other) == chosen
    assert texts_of(two[0]) == texts - chosen
    assert (act.other.parent, act.other.by_hand, fresh(act.other).label) == (two[0].parent, True, "新的")
    assert counts_are_exact(run)


def test_copies_go_where_their_message_goes(run, analyst, two) -> None:
    copy = Placement.objects.filter(run=run, fate="copy").select_related("theme").first()
    home = copy.theme.parent or copy.theme
    to = Theme.objects.filter(run=run).coarsest().exclude(pk=home.pk).first()
    act = actions.move_messages(fresh(home), messages=[copy.copy_of_id], to=to, by=analyst, version=home.version)
    assert act.messages == 2
    assert set(Placement.objects.filter(pk=copy.pk).values_list("theme", flat=True)) == {to.pk}
    assert counts_are_exact(run)


def test_moved_messages_take_their_days_along(run, analyst, two) -> None:
    assert run.periods
    before = [sum(counts) for counts in zip(two[0].over_time, two[1].over_time, strict=True)]
    actions.move_messages(two[0], messages=sorted(texts_of(two[0]))[:4], to=two[1], by=analyst, version=0)
    after = [sum(counts) for counts in zip(fresh(two[0]).over_time, fresh(two[1]).over_time, strict=True)]
    assert after == before
    assert sum(fresh(two[1]).over_time) == fresh(two[1]).messages


@pytest.mark.parametrize(
    ("like", "wanted"),
    [
        ("2026-03-01", "2027-01-01"),
        ("2026-W09", "2026-W53"),
        ("2026-03", "2027-01"),
        ("2026", "2027"),
        ("1990s", "2020s"),
    ],
)
def test_a_day_lies_in_the_period_that_the_engine_names(like, wanted) -> None:
    assert period_of(date(2027, 1, 1), like) == wanted  # a Friday: its week is the last of the year before


# --- taking back


def an_act(kind: ActKind, two: list[Theme], by: User) -> Act:
    theme, other = fresh(two[0]), fresh(two[1])
    chosen = sorted(texts_of(theme))[:2]
    if kind == ActKind.RENAMED:
        return actions.rename_theme(theme, name="改过的名字", by=by, version=theme.version)
    if kind == ActKind.MERGED:
        return actions.merge_themes(theme, into=other, by=by, version=theme.version)
    if kind == ActKind.SPLIT:
        return actions.split_theme(theme, messages=chosen, name="新的", by=by, version=theme.version)
    return actions.move_messages(theme, messages=chosen, to=other, by=by, version=theme.version)


KINDS = [kind for kind in ActKind if kind != ActKind.UNDONE]


@pytest.mark.parametrize("kind", KINDS)
def test_an_act_taken_back_leaves_all_as_it_was_and_both_stand_in_the_history(run, analyst, two, kind) -> None:
    before = standing(run)
    act = an_act(kind, two, analyst)
    assert standing(run) != before
    assert counts_are_exact(run)
    done = actions.undo_act(act, by=analyst)
    assert standing(run) == before
    assert list(Act.objects.newest_first()) == [done, act]
    assert not Act.objects.standing().exists()
    with pytest.raises(UndoRefused):
        actions.undo_act(act, by=analyst)
    with pytest.raises(UndoRefused):
        actions.undo_act(done, by=analyst)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("then", [ActKind.RENAMED, ActKind.MOVED, ActKind.MERGED])
def test_an_act_is_not_taken_back_from_under_a_later_one(run, analyst, two, kind, then) -> None:
    """In the opposite order all can be taken back."""
    before = standing(run)
    first = an_act(kind, two, analyst)
    left = [theme for theme in Theme.objects.filter(run=run).coarsest() if theme.pk != two[0].pk]
    pair = [fresh(two[1]), next(theme for theme in left if theme.pk != two[1].pk)]
    pair = [fresh(two[0]), pair[1]] if kind in (ActKind.RENAMED, ActKind.SPLIT) else pair
    between = standing(run)
    second = (
        an_act(then, pair, analyst)
        if then != ActKind.RENAMED
        else actions.rename_theme(pair[0], name="又改", by=analyst, version=pair[0].version)
    )
    now = standing(run)
    with pytest.raises(UndoRefused) as refused:
        actions.undo_act(first, by=analyst)
    assert (refused.value.reason, refused.value.later) == ("later", second.pk)
    assert standing(run) == now
    actions.undo_act(second, by=analyst)
    assert standing(run) == between
    actions.undo_act(first, by=analyst)
    assert standing(run) == before


def test_what_was_done_elsewhere_meanwhile_does_not_hold_up_taking_back(run, analyst) -> None:
    one, two, three = Theme.objects.filter(run=run).coarsest().select_related("run__call__body")[:3]
    act = actions.rename_theme(one, name="甲", by=analyst, version=0)
    actions.merge_themes(two, into=three, by=analyst, version=0)
    actions.undo_act(act, by=analyst)
    assert fresh(one).label == one.label != "甲"


# --- rights and the log


def test_analysts_and_leaders_of_the_body_may_and_nobody_else(run, two) -> None:
    body = run.call.body
    for number, may in enumerate((an_analyst(body), a_leader(body))):
        actions.rename_theme(fresh(two[0]), name=f"名{number}", by=may, version=number)
    for other in (a_handler(body), an_inspector(body), an_outsider(), a_leader(), an_analyst()):
        for act in (
            lambda by=other: actions.rename_theme(two[0], name="别的", by=by, version=2),
            lambda by=other: actions.merge_themes(two[0], into=two[1], by=by, version=2),
            lambda by=other: actions.split_theme(two[0], messages=[1], name="别的", by=by, version=2),
            lambda by=other: actions.move_messages(two[0], messages=[1], to=two[1], by=by, version=2),
            lambda by=other: actions.undo_act(Act.objects.first(), by=by),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert Act.objects.count() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_every_act_stands_in_the_log_without_the_words_of_its_name(run, analyst, two, kind) -> None:
    act = an_act(kind, two, analyst)
    actions.undo_act(act, by=analyst)
    did, undid = Entry.objects.filter(kind__startswith="theme.").order_by("pk")
    assert (did.kind, undid.kind) == (f"theme.{kind}", "theme.undone")
    assert (did.facts["act"], undid.facts["undoes"]) == (act.pk, act.pk)
    assert "改过的名字" not in did.data
    assert analyst.username not in did.data


def test_no_act_changes_a_message_or_a_statement(run, analyst, two) -> None:
    said = list(Message.objects.order_by("pk").values())
    summed = list(Statement.objects.order_by("pk").values())
    traces = list(Statement.trace.through.objects.order_by("pk").values())
    for kind in (ActKind.RENAMED, ActKind.SPLIT, ActKind.MOVED, ActKind.MERGED):
        an_act(kind, two, analyst)
        two[0].label = ""
    assert list(Message.objects.order_by("pk").values()) == said
    assert list(Statement.objects.order_by("pk").values()) == summed
    assert list(Statement.trace.through.objects.order_by("pk").values()) == traces


def test_a_message_that_is_not_public_any_more_stays_counted_where_it_is(run, analyst, two) -> None:
    hidden = theme_messages(two[0])[0]
    Message.objects.filter(pk=hidden.pk).update(published_at=None)
    a_message(a_call(a_county()))
    messages = two[0].messages + two[1].messages
    actions.merge_themes(two[0], into=two[1], by=analyst, version=0)
    assert fresh(two[1]).messages == messages
    assert hidden.pk not in texts_of(two[1])

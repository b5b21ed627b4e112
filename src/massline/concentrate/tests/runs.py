"""A call whose messages the real engine has grouped, small enough for a test."""

from datetime import UTC, datetime, timedelta
from itertools import product

from django.utils import timezone
from tests.builders import a_call, a_message

from massline.concentrate.actions import request_run, run_engine
from massline.concentrate.carrying import successors
from massline.concentrate.models import Placement, Run, Statement, Theme
from massline.concentrate.queries import figures
from massline.gather.models import Call, Message, MessageTerms
from massline.rights import SYSTEM
from massline.terms import keep

MATTERS = (
    (
        ("东河村卫生室门口的路灯坏了三个月", "从桥头走到西岭小学，一路都是黑的", "老李头上个月在巷子里摔断了腿"),
        ("路灯坏了没人修", "晚上出门看不见路"),
        ("请电力所派人来看看", "希望换成太阳能路灯", "能不能先装两盏临时灯"),
    ),
    (
        ("南湖家园到县城每天只有四班公交车", "末班公交五点半就收车了", "等公交车等了一个多小时，看病都误了"),
        ("公交车太少不方便", "老人坐车难"),
        ("建议早晚高峰加开两班", "请交通局把末班车延到八点", "站台上也该有个遮雨的棚子"),
    ),
    (
        ("北山乡的自来水隔两天就停一次", "水龙头放出来的水发黄有泥", "水管是九十年代埋的，年年爆管"),
        ("自来水质量差经常停", "喝水都成问题"),
        ("盼着水利局早点换新管", "停水之前请发个通知", "水费能不能按实际天数减免"),
    ),
)


def a_call_with_messages() -> Call:
    """54 messages on three matters; one more sent again word for word, one of two characters, one without words."""
    call = a_call()
    texts = ["。".join(parts) + "。" for matter in MATTERS for parts in product(*matter)]
    for text in (*texts, texts[0], "好的", "！！！"):
        a_message(call, text)
    return call


def a_run(call: Call | None = None) -> Run:
    """A finished run."""
    run = request_run(call or a_call_with_messages(), by=SYSTEM)
    assert run_engine(run.pk, by=SYSTEM)
    run.refresh_from_db()
    return run


def a_written_run(call: Call | None = None) -> Run:
    """A finished run as the engine would have left it, without the engine: three themes, one of them with two finer ones.

    12 messages in the finer ones, 6 and 4 in the others, one in none; writers who speak twice, one without a sender, a copy."""
    call, day = call or a_call(), datetime(2026, 3, 1, 4, tzinfo=UTC)
    run = Run.objects.create(call=call, requested_at=timezone.now(), finished_at=timezone.now(), method="by hand")
    run.periods = [f"2026-03-{number:02}" for number in range(1, 8)]
    run.counts = {"accepted": 24, "placed": 22, "not_placed": 1, "copies": 1}
    run.save()
    lamps, buses, water = (_theme(run, number, label) for number, label in enumerate(("路灯", "公交", "自来水")))
    dark, broken = (_theme(run, 3 + number, label, parent=lamps) for number, label in enumerate(("太黑", "坏了")))
    number = 0
    for theme, texts in ((dark, 7), (broken, 5), (buses, 6), (water, 4)):
        placed = [_placed(run, theme, day + timedelta(hours=7 * (number := number + 1)), number) for _ in range(texts)]
        said = Statement.objects.create(theme=theme, text=f"{theme.label}，请来看看", messages=2)
        said.trace.set(placed[:2])
        theme.typical.set(placed[:1])
        theme.dissenting.set(placed[-1:])
    first = Message.objects.filter(call=call).order_by("pk").first()
    copy = _placed(run, dark, day, 1, fate="copy")
    Placement.objects.filter(message=copy).update(copy_of=first)
    none = _placed(run, dark, day, 99)
    Placement.objects.filter(message=none).update(theme=None, fate="not_placed")
    for theme in Theme.objects.filter(run=run):
        Theme.objects.filter(pk=theme.pk).update(**figures(theme))
    return run


def _theme(run: Run, number: int, label: str, parent: Theme | None = None) -> Theme:
    counts = {"messages": 0, "senders": 0, "share_raw": 0.0}
    place = {"parent": parent, "grain": int(parent is not None), "x": number % 2, "y": number / 2}
    return Theme.objects.create(run=run, number=number, label=label, keywords=[label, "请"], **place, **counts)


def _placed(run: Run, theme: Theme, said_at: datetime, number: int, fate: str = "placed") -> Message:
    """A message of the writer `number`: every fifth has no sender, and those of one theme speak in the next one too."""
    now, text = timezone.now(), f"{theme.label}：第{number}句话"
    row = {"call": run.call, "body": run.call.body, "channel": "web", "text": text, "shown_text": text}
    sender = "" if number % 5 == 0 else f"{number % 8:016x}"
    message = Message.objects.create(**row, sender=sender, said_at=said_at, received_at=now, published_at=now)
    keep(MessageTerms, [message], new=True)
    Placement.objects.create(run=run, message=message, theme=theme, fate=fate, similarity=1 - number / 100)
    return message


Found = list[tuple[int, str, int | None, int | None]]
"""Where a run put messages: key, fate, number of the theme, key of the message that it copies."""


def found_in(run: Run) -> Found:
    """Where the messages of a run lie, as it found them."""
    return list(Placement.objects.filter(run=run).values_list("message", "fate", "theme__number", "copy_of"))


def a_newer_run(run: Run, found: Found) -> Run:
    """A run over the same messages that has found the same themes under other names, by `a_written_run`'s numbers, and messages
    where `found` puts them."""
    newer = Run.objects.create(call=run.call, requested_at=timezone.now(), method="by hand", periods=run.periods)
    names = ("甲", "乙", "丙", "丁", "戊")
    lamps, buses, water = (_theme(newer, number, names[number]) for number in range(3))
    themes = {theme.number: theme for theme in (lamps, buses, water)}
    themes |= {number: _theme(newer, number, names[number], parent=lamps) for number in (3, 4)}
    for message, fate, number, copy_of in found:
        theme = themes[number] if number is not None else None
        Placement.objects.create(
            run=newer, message_id=message, theme=theme, fate=fate, copy_of_id=copy_of, similarity=0.5
        )
    newer.counts, newer.successors, newer.finished_at = run.counts, successors(newer), timezone.now()
    newer.save()
    for theme in themes.values():
        Theme.objects.filter(pk=theme.pk).update(**figures(theme))
    return newer

"""A call whose messages the real engine has grouped, small enough for a test."""

from itertools import product

from tests.builders import a_call, a_message

from massline.concentrate.actions import request_run, run_engine
from massline.concentrate.models import Run
from massline.gather.models import Call
from massline.rights import SYSTEM

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

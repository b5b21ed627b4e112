"""A lamp that was mended, with a picture of it: what a reply shows better than it says. The picture is drawn here."""

from collections.abc import Callable
from io import BytesIO

from django.conf import settings
from PIL import Image, ImageDraw, ImageFilter

from massline.bodies.models import Body
from massline.files.checking import checked
from massline.gather.models import Message
from massline.people.models import User
from massline.respond import actions

MATTER = "路灯"
NAME = "路灯修好了.jpg"
TEXT = (
    "您说的路口我们昨天去看过，三盏灯的灯头都烧坏了，当天下午全部换成新的，晚上一直亮到路口，照片附在下面。"
    "灯杆上贴有编号，再有不亮的，请打电话报编号，第二天就有人来修。"
)
SKY, GROUND, POLE, LIGHT = "#16213a", "#2b2f36", "#8b95a5", "#ffe9a8"


def mend_a_lamp(handler_of: Callable[[Body], User]) -> None:
    """The newest message about a dark street that nobody took is taken and answered just now. In a county where no street is dark
    nothing happens."""
    free = Message.objects.readable().filter(case_message=None, set_aside=None, shown_text__contains=MATTER)
    message = free.select_related("body").order_by("-pk").first()
    if message is None:
        return
    by = handler_of(message.body)
    case = actions.open_case(message, title=f"{message.body.name}：{MATTER}不亮", by=by)
    picture = checked(a_street_at_night(), NAME, largest=settings.ATTACHMENT_MB * 1_000_000)
    keys = [one.pk for one in actions.attach(case, [picture], by=by)]
    actions.publish_reply(case, text=TEXT, by=by, version=case.version, attached=keys)


def a_street_at_night() -> bytes:
    """A JPEG of 720 × 480 pixels: a road, three lamps, and the light that falls from them."""
    street = Image.new("RGB", (720, 480), SKY)
    pen = ImageDraw.Draw(street)
    pen.polygon([(0, 480), (720, 480), (430, 250), (330, 250)], fill=GROUND)
    pen.line([(395, 480), (382, 252)], fill=LIGHT, width=2)
    lit = Image.new("L", street.size)
    glow = ImageDraw.Draw(lit)
    for x, top, size in ((40, 70, 1.0), (205, 152, 0.6), (290, 205, 0.3)):
        foot, head = top + 330 * size, x + 80 * size
        pen.line([(x, foot), (x, top), (head, top)], fill=POLE, width=round(9 * size))
        glow.polygon([(head, top), (head - 70 * size, foot), (head + 90 * size, foot)], fill=110)
        glow.ellipse([head - 22 * size, top - 10 * size, head + 22 * size, top + 26 * size], fill=255)
    street.paste(Image.new("RGB", street.size, LIGHT), mask=lit.filter(ImageFilter.GaussianBlur(7)))
    out = BytesIO()
    street.save(out, "JPEG", quality=85)
    return out.getvalue()

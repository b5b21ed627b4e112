"""What a follower is written, in her language: a question first, then one short letter for each step."""

import hashlib

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from massline.respond.models import Following, Notice
from massline.respond.rules import NoticeKind
from massline.respond.sealing import unseal

_SALT = "respond.following"
SENTENCES: dict[str, str | Promise] = {
    NoticeKind.TAKEN: gettext_lazy("A body has taken it as a case and owes an answer."),
    NoticeKind.HANDED_OVER: gettext_lazy("It was handed over to another body; the reason stands on the page."),
    NoticeKind.HANDED_BACK: gettext_lazy(
        "It went back to the body that had handed it down, for lack of means; the reason stands on the page."
    ),
    NoticeKind.CORRECTED: gettext_lazy("Its topic was corrected; the reason and its days stand on the page."),
    NoticeKind.ESCALATED: gettext_lazy("The answer is overdue: it was put before the body above."),
    NoticeKind.REPLIED: gettext_lazy("It was answered. With your receipt you can say whether that solved the matter."),
    NoticeKind.REOPENED: gettext_lazy("It was reopened: the body above looks again."),
    NoticeKind.SETTLED: gettext_lazy("It is solved, say those who wrote."),
    NoticeKind.PAUSED: gettext_lazy("The clock stands still, because the body waits; for what stands on the page."),
    NoticeKind.RESUMED: gettext_lazy("The clock goes on."),
    NoticeKind.EXTENDED: gettext_lazy("The reply may come later; the reason stands on the page."),
    NoticeKind.SHAPED: gettext_lazy("It was merged with another case, or split; the page leads on."),
    NoticeKind.URGED: gettext_lazy("The body above urges it and has set a day of its own."),
    NoticeKind.ASKED_LATER: gettext_lazy(
        "Four weeks have passed since it was answered. Is it still solved? With your receipt you can say so, once."
    ),
}


def token_of(following: Following) -> str:
    """What the links in letters hold; nobody can make one up. It is stored nowhere."""
    return signing.Signer(salt=_SALT).sign(str(following.pk))


def following_of(token: str) -> Following | None:
    """Whose links these are; None for what was made up, and for who wishes it no more."""
    try:
        key = int(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return Following.objects.filter(pk=key).select_related("message", "case").first()


def letter(notice: Notice) -> EmailMessage | None:
    """The letter of a notice, with one Message-ID however often it is sent; None where the address cannot be opened any more."""
    following = notice.following
    address = unseal(following.sealed)
    if not address:
        return None
    with override(following.language):
        about = notice.case.title if notice.case else ""
        subject = f"{settings.SITE_NAME}: {about}" if about else f"{settings.SITE_NAME}: {_('Please confirm')}"
        text = "\n\n".join(_lines(notice))
    key = hashlib.sha256(f"{settings.SECRET_KEY} notice {notice.pk}".encode()).hexdigest()[:32]
    host = settings.MAIL_FROM.rpartition("@")[2].strip("> ") or "localhost"
    leave = f"<{_url('supervise:told', token_of(following))}>"
    headers = {"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated", "List-Unsubscribe": leave}
    return EmailMessage(" ".join(subject.split()), text, settings.MAIL_FROM, [address], headers=headers)


def _lines(notice: Notice) -> list[str]:
    link = _url("supervise:told", token_of(notice.following))
    if notice.kind == NoticeKind.CONFIRM or notice.case is None:
        asked = _(
            "Somebody wishes that this address be told of each step of a matter. If it was you, open this page and say yes:"
        )
        return [asked, link, _("If it was not you, do nothing: nothing more will come.")]
    said = [f"{notice.case.title}", str(SENTENCES[notice.kind]), _url("respond:case", notice.case.pk)]
    return [*said, f"{_('No more letters about this:')} {link}"]


def _url(name: str, argument: object) -> str:
    return settings.SITE_URL + reverse(name, args=[argument])

"""What a member of staff may type."""

from typing import Any

from django.contrib.auth.forms import SetPasswordForm
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from massline.people.models import User

# Django's own sentence, which its Chinese lacks. Listed here so that ours is found.
DJANGO_SENTENCES = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Her own password, twice. Django checks it; the hint says in a sentence what it asks for."""

    def __init__(self, user: User, data: QueryDict | None = None, **more: Any) -> None:  # noqa: ANN401  (Django's own)
        super().__init__(user, data, **more)
        self.fields["new_password1"].help_text = _(
            "At least 12 characters. Several words are easy to remember and hard to guess."
        )

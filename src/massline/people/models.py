"""Staff who sign in. A resident is never a row here."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.rights import Role

STAFF_ROLES = [
    (Role.HANDLER, _("Handler")),
    (Role.LEADER, _("Leader")),
    (Role.INSPECTOR, _("Inspector")),
    (Role.ANALYST, _("Analyst")),
    (Role.OPERATOR, _("Operator")),
]


class User(AbstractUser):
    """A member of staff: one role, at one body. (AbstractUser, because django-allauth builds on it.)"""

    role = models.CharField(_("role"), max_length=12, choices=STAFF_ROLES)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, blank=True, related_name="staff")

    @property
    def body_path(self) -> str | None:
        """Root of what is hers; None (nothing at all) without a body, so that a forgotten field opens no door."""
        return self.body.path if self.body and self.is_active else None

    @property
    def public_name(self) -> str:
        return self.get_full_name() or self.username

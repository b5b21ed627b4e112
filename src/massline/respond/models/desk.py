"""What a handler keeps for herself, and a body for its replies. None of it is public, and none of it is an act."""

from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.respond.models.cases import Case


class SavedView(models.Model):
    """A part of the desk under a name, for the one who named it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=40)
    show = models.CharField(max_length=20, blank=True)  # the filter; "" is the overview
    body = models.ForeignKey(Body, on_delete=models.CASCADE, null=True, blank=True, related_name="+")  # None: all
    words = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_of_a_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        asked = {"show": self.show, "body": self.body.code if self.body else "", "words": self.words}
        return f"{reverse('respond:queue')}?{urlencode({name: value for name, value in asked.items() if value})}"


class Template(models.Model):
    """The beginning of a reply, for every desk of a body and of those under it. Fields stand in braces: {title}."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(_("name"), max_length=60)
    text = models.TextField(_("text"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "name"], name="one_template_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """A reply that is not sent yet; only who writes it sees it. It goes when the reply is published."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="drafts")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "case"], name="one_draft_of_a_writer")]

    def __str__(self) -> str:
        return f"draft for case {self.case_id}"

"""When writers are asked whether it is still solved, and which answer solved it: of cases that are settled already, the latest."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import OuterRef, Subquery


def mark_latest(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A case was settled once at most until now; what its history tells of that stands with the answer from here on."""
    replies = apps.get_model("respond", "Reply").objects
    latest = replies.filter(case=OuterRef("case")).order_by("-pk").values("pk")[:1]
    settled = replies.filter(case__settled_at__isnull=False, pk=Subquery(latest))
    for reply in settled.select_related("case").iterator():
        replies.filter(pk=reply.pk).update(settled_at=reply.case.settled_at)


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0003_abolished_bodies"),
        ("concentrate", "0009_carry_acts"),
        ("gather", "0007_messages_that_wait"),
        ("respond", "0013_followings_and_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="ask_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="asked_later_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reply",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("ask_on__isnull", False)), fields=["ask_on", "id"], name="case_to_ask"
            ),
        ),
        migrations.RunPython(mark_latest, migrations.RunPython.noop),
    ]

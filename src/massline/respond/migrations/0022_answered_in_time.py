"""Each case says of itself whether its latest reply came by its day: who counts a million of them reads no reply and no turn."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery


def judge(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """By the day of the turn that the latest reply ended."""
    replies = apps.get_model("respond", "Reply").objects.filter(case=OuterRef("pk")).order_by("-pk")
    in_time = ExpressionWrapper(
        Q(published_at__date__lte=F("turn__reply_due")), output_field=models.BooleanField(null=True)
    )
    answered = apps.get_model("respond", "Case").objects.filter(Exists(replies))
    answered.update(in_time=Subquery(replies.values(judged=in_time)[:1]))


class Migration(migrations.Migration):
    dependencies = [("respond", "0021_case_of_hot_matter")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="in_time",
            field=models.BooleanField(null=True),
        ),
        migrations.RunPython(judge, migrations.RunPython.noop),
    ]

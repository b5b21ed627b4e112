"""Acts can be carried to a newer run, or set aside. Undoing it loses which were; the acts themselves stay."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("concentrate", "0008_count_traces"),
    ]

    operations = [
        migrations.AddField(
            model_name="act",
            name="carries",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="carried_by",
                to="concentrate.act",
            ),
        ),
        migrations.AddField(
            model_name="act",
            name="set_aside_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="successors",
            field=models.JSONField(default=dict),
        ),
    ]

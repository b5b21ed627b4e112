"""A body that is abolished or merged keeps its row, and names who answers in its place."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0002_outlines"),
    ]

    operations = [
        migrations.AddField("body", "abolished_on", models.DateField(blank=True, null=True)),
        migrations.AddField(
            "body",
            "successor",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="bodies.body",
            ),
        ),
        migrations.AddConstraint(
            "body",
            models.CheckConstraint(
                condition=models.Q(("abolished_on", None), ("successor__isnull", False), _connector="OR"),
                name="abolished_has_successor",
            ),
        ),
    ]

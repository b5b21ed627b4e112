"""Messages that come after a run: what places them, and how far they have drifted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("concentrate", "0005_editions"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="arrived",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="run",
            name="drift",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="Frozen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("themes", models.BinaryField()),
                ("seen_until", models.DateTimeField()),
                ("turn", models.PositiveIntegerField(default=0)),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="frozen", to="concentrate.run"
                    ),
                ),
            ],
        ),
    ]

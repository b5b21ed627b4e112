"""Which worker has a run in hand. Runs that had begun and have no end get no claim: the next worker takes them over."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("concentrate", "0001_first_tables")]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=32)),
                ("beat_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=1)),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claim", to="concentrate.run"
                    ),
                ),
            ],
        ),
    ]

"""Rows of a file wait here until the whole of it is read."""

import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gather", "0001_first_tables")]

    operations = [
        migrations.CreateModel(
            name="ArrivingFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=32)),
                ("beat_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="arriving", to="gather.call"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ArrivingRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="gather.arrivingfile"
                    ),
                ),
            ],
        ),
    ]

"""What the pictures of themes need: messages over time, and shares corrected for who is missing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("concentrate", "0002_claim"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="periods",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="theme",
            name="high",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="theme",
            name="low",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="theme",
            name="over_time",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="theme",
            name="share_corrected",
            field=models.FloatField(null=True),
        ),
    ]

"""So that a theme of any size shows its messages at once: their order in an index, and how many a statement leads to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("concentrate", "0006_arrivals"),
        ("gather", "0004_removals"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="placement",
            name="placement_by_theme",
        ),
        migrations.AddField(
            model_name="statement",
            name="messages",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="placement",
            index=models.Index(fields=["theme", "fate", "-similarity", "message"], name="placement_in_order"),
        ),
    ]

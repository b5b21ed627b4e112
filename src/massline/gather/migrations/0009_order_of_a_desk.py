import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    """What waits at a desk is counted and listed by index, however much there is."""

    dependencies = [("gather", "0008_newest_messages")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_that_waits"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("waits", True)), fields=["body", "published_at"], name="message_that_waits"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                django.db.models.lookups.IsNull(models.F("published_at"), False),
                models.F("id"),
                condition=models.Q(("waits", True)),
                name="message_to_look_at",
            ),
        ),
    ]

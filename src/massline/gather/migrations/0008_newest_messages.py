"""The newest messages of a call are read by index, however many it has. Undone by dropping it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gather", "0007_messages_that_wait")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("published_at__isnull", False)),
                fields=["call", "received_at", "id"],
                name="message_by_moment",
            ),
        ),
    ]

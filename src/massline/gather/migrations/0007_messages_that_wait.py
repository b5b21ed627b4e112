from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0003_abolished_bodies"),
        ("gather", "0006_find_what_is_there"),
        ("ledger", "0001_first_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="waits",
            field=models.BooleanField(default=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("waits", True)), fields=["body", "id"], name="message_that_waits"),
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("gather", "0001_first_tables"),
        ("respond", "0001_first_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("solved", models.BooleanField(verbose_name="solved")),
                ("satisfied", models.BooleanField(null=True, verbose_name="satisfied")),
                ("words", models.TextField(blank=True, verbose_name="in your own words")),
                ("rated_at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ratings", to="gather.message"
                    ),
                ),
                (
                    "reply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ratings", to="respond.reply"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("reply", "message"), name="one_rating_per_writer_and_reply")
                ],
            },
        ),
    ]

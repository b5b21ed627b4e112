"""Who asked to be told of each step, and the letters that wait to be sent."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gather", "0007_messages_that_wait"),
        ("respond", "0012_what_does_not_wait"),
    ]

    operations = [
        migrations.CreateModel(
            name="Following",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.TextField()),
                ("mark", models.CharField(max_length=64, unique=True)),
                ("language", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followings",
                        to="respond.case",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followings",
                        to="gather.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("token", models.CharField(blank=True, max_length=32)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="respond.case",
                    ),
                ),
                (
                    "following",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="respond.following"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="following",
            constraint=models.CheckConstraint(
                condition=models.Q(("message", None), ("case", None), _connector="XOR"),
                name="follows_a_message_or_a_case",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("sent_at", None)), fields=["not_before", "id"], name="notice_to_send"
            ),
        ),
    ]

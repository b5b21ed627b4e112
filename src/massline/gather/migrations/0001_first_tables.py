import django.db.models.deletion
from django.db import migrations, models

import massline.gather.rules
import massline.ledger.rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("bodies", "0001_first_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.SlugField(unique=True, verbose_name="reference")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("question", models.TextField(verbose_name="question")),
                ("opens_at", models.DateTimeField(verbose_name="opens")),
                ("closes_at", models.DateTimeField(verbose_name="closes")),
                ("publish_at_once", models.BooleanField(default=True, verbose_name="messages show at once")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="bodies.body"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            (massline.gather.rules.Channel["WEB"], "Web page"),
                            (massline.gather.rules.Channel["API"], "Program"),
                            (massline.gather.rules.Channel["HOTLINE"], "Hotline"),
                            (massline.gather.rules.Channel["VISIT"], "Visit"),
                            (massline.gather.rules.Channel["MEETING"], "Meeting"),
                            (massline.gather.rules.Channel["PAPER"], "Paper"),
                            (massline.gather.rules.Channel["EMAIL"], "E-mail"),
                            (massline.gather.rules.Channel["FILE"], "File"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=500, verbose_name="title")),
                ("text", models.TextField(verbose_name="text")),
                ("shown_title", models.CharField(blank=True, max_length=500)),
                ("shown_text", models.TextField()),
                ("masked_kinds", models.JSONField(default=list)),
                ("said_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("sender", models.CharField(blank=True, max_length=16)),
                ("source_id", models.CharField(blank=True, max_length=200)),
                ("receipt_digest", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("salt", models.CharField(default=massline.ledger.rules.new_salt, max_length=32)),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="bodies.body"
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="gather.call"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_at__gt", models.F("opens_at"))), name="call_ends_after_it_begins"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["call", "published_at", "id"], name="message_by_call"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["body", "received_at"], name="message_by_body"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_id", ""), _negated=True),
                fields=("call", "source_id"),
                name="a_row_is_imported_once",
            ),
        ),
    ]

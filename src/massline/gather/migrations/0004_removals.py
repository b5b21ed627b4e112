import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import massline.ledger.rules


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0002_outlines"),
        ("gather", "0003_entry_of_a_message"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("others-data", "Personal data of others"),
                    ("violence", "Threats, calls for violence"),
                    ("fraud", "Fraud, forbidden trade"),
                    ("order", "Order of a court or authority"),
                    ("law", "Erased as the law demands"),
                    ("own-wish", "Erased by its writer"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Removal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("others-data", "Personal data of others"),
                            ("violence", "Threats, calls for violence"),
                            ("fraud", "Fraud, forbidden trade"),
                            ("order", "Order of a court or authority"),
                            ("law", "Erased as the law demands"),
                            ("own-wish", "Erased by its writer"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("asked_role", models.CharField(max_length=12)),
                ("asked_at", models.DateTimeField()),
                ("state", models.CharField(max_length=10)),
                ("decision", models.TextField(blank=True)),
                ("decided_role", models.CharField(blank=True, max_length=12)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("appeal", models.TextField(blank=True)),
                ("appealed_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, max_length=10)),
                ("outcome_reason", models.TextField(blank=True)),
                ("outcome_at", models.DateTimeField(blank=True, null=True)),
                ("salt", models.CharField(default=massline.ledger.rules.new_salt, max_length=32)),
                (
                    "appeal_decider",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bodies.body"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bodies.body"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bodies.body"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="removals", to="gather.message"
                    ),
                ),
                (
                    "outcome_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-decided_at"], name="removal_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("message",), name="asked_once_at_a_time"
                    )
                ],
            },
        ),
    ]

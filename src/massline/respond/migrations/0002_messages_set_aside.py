"""Room for a body's word that a message needs no case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import massline.ledger.rules


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0002_outlines"),
        ("gather", "0002_arriving_files"),
        ("respond", "0001_first_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SetAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="reason")),
                ("at", models.DateTimeField()),
                ("asked_again_at", models.DateTimeField(blank=True, null=True)),
                ("salt", models.CharField(default=massline.ledger.rules.new_salt, max_length=32)),
                (
                    "body",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bodies.body"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="set_aside", to="gather.message"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "messages set aside",
            },
        ),
    ]

"""Means that go down with a case, who handed it over, corrections of its topic."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0003_abolished_bodies"),
        ("concentrate", "0009_carry_acts"),
        ("gather", "0010_no_index_over_entries"),
        ("respond", "0016_topics_and_advice"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField()),
                ("due_before", models.DateField()),
                ("due_after", models.DateField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="case",
            name="hand_overs",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="turn",
            name="means",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="turn",
            name="means_words",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="turn",
            name="sender",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="bodies.body",
            ),
        ),
        migrations.AlterField(
            model_name="turn",
            name="kind",
            field=models.CharField(
                choices=[
                    ("taken", "Taken"),
                    ("handed over", "Handed over"),
                    ("handed back", "Handed back: no means"),
                    ("reopened", "Reopened"),
                    ("split off", "Split off"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("hand_overs__gte", 2)), fields=["id", "hand_overs"], name="case_handed_on"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "open"), models.Q(("very_late_days", 5), _negated=True)),
                fields=["very_late_days"],
                name="case_very_late_apart",
            ),
        ),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(
                condition=models.Q(("sender__isnull", False)),
                fields=["sender", "body", "kind"],
                name="turn_handed_over",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="after",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="respond.topic"
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="before",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="respond.topic"
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="corrections", to="respond.case"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_after__lte", models.F("due_before"))), name="correction_buys_no_time"
            ),
        ),
    ]

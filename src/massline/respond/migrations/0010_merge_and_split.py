"""Cases that were merged or split, and what can be taken back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0003_abolished_bodies"),
        ("concentrate", "0008_count_traces"),
        ("gather", "0006_find_what_is_there"),
        ("respond", "0009_saved_views_templates_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reshaping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("messages", models.PositiveIntegerField()),
                ("writers", models.PositiveIntegerField()),
                ("writers_before", models.PositiveIntegerField()),
                ("writers_after", models.PositiveIntegerField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="case",
            name="case_state_is_known",
        ),
        migrations.AddField(
            model_name="case",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_cases",
                to="respond.case",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Being handled"),
                    ("answered", "Answered"),
                    ("settled", "Solved, says the resident"),
                    ("merged", "Goes on in another case"),
                ],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="turn",
            name="kind",
            field=models.CharField(
                choices=[
                    ("taken", "Taken"),
                    ("handed over", "Handed over"),
                    ("reopened", "Reopened"),
                    ("split off", "Split off"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "answered", "settled", "merged"])), name="case_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("state", "merged")),
                    models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into", None)),
                    _connector="OR",
                ),
                name="merged_case_goes_on",
            ),
        ),
        migrations.AddField(
            model_name="reshaping",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reshaping",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reshapings", to="respond.case"
            ),
        ),
        migrations.AddField(
            model_name="reshaping",
            name="moved",
            field=models.ManyToManyField(related_name="+", to="respond.casemessage"),
        ),
        migrations.AddField(
            model_name="reshaping",
            name="other",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="respond.case"),
        ),
        migrations.AddField(
            model_name="reshaping",
            name="undone_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="reshaping",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["merged", "split"])), name="reshape_kind_is_known"
            ),
        ),
    ]

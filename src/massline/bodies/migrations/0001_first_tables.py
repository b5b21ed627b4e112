import django.db.models.deletion
from django.db import migrations, models

import massline.bodies.rules


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CalendarYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Body",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=255, unique=True)),
                ("depth", models.PositiveIntegerField()),
                ("numchild", models.PositiveIntegerField(default=0)),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="English name")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            (massline.bodies.rules.Level["PROVINCE"], "Province"),
                            (massline.bodies.rules.Level["CITY"], "City"),
                            (massline.bodies.rules.Level["COUNTY"], "County"),
                            (massline.bodies.rules.Level["TOWNSHIP"], "Township"),
                            (massline.bodies.rules.Level["VILLAGE"], "Village or community"),
                            (massline.bodies.rules.Level["DEPARTMENT"], "Department"),
                        ],
                        max_length=12,
                        verbose_name="level",
                    ),
                ),
                ("duties", models.TextField(blank=True, verbose_name="what it is responsible for")),
                (
                    "promise_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="promised reply in working days"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("promise_days__isnull", True), ("promise_days__gte", 1), _connector="OR"),
                        name="body_promises_a_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("is_open", models.BooleanField()),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="bodies.body",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("body", None)), fields=("day",), name="one_word_per_day_for_all"
                    ),
                    models.UniqueConstraint(fields=("body", "day"), name="one_word_per_day_and_body"),
                ],
            },
        ),
    ]

"""Topics with their days and duties, routers, and what they advise; three days of a case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0003_abolished_bodies"),
        ("gather", "0007_messages_that_wait"),
        ("respond", "0015_urging"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Router",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("method", models.CharField(max_length=20)),
                ("cases", models.PositiveIntegerField()),
                ("corrected", models.PositiveIntegerField()),
                ("facts", models.JSONField()),
                ("tables", models.BinaryField()),
            ],
        ),
        migrations.AddField(model_name="case", name="received_on", field=models.DateField(null=True)),
        migrations.AddField(
            model_name="case",
            name="resolve_by",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="resolve_days",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="take_by",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="very_late_days",
            field=models.PositiveSmallIntegerField(default=5),
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=100, verbose_name="English name")),
                ("words", models.TextField(blank=True, verbose_name="words that tell it")),
                ("take_days", models.PositiveSmallIntegerField(default=2)),
                ("answer_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("resolve_days", models.PositiveSmallIntegerField(default=30)),
                ("very_late_days", models.PositiveSmallIntegerField(default=5)),
                ("retired", models.BooleanField(default=False, verbose_name="no longer in use")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resolve_days__gte", 1),
                            ("take_days__gte", 1),
                            ("very_late_days__gte", 1),
                            models.Q(
                                ("answer_days", None),
                                models.Q(("answer_days__gte", 1), ("resolve_days__gte", models.F("answer_days"))),
                                _connector="OR",
                            ),
                        ),
                        name="topic_promises_days_in_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Advice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic_chance", models.FloatField(null=True)),
                ("topic_sure", models.BooleanField(default=False)),
                ("body_chance", models.FloatField(null=True)),
                ("body_sure", models.BooleanField(default=False)),
                ("words", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
                ("followed", models.BooleanField(null=True)),
                ("why", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "body",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="bodies.body"
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
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="advice", to="gather.message"
                    ),
                ),
                (
                    "router",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="respond.router"
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="respond.topic"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "advice",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="topic",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="respond.topic",
            ),
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "area",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="bodies.body",
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="duties_of_topics", to="bodies.body"
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="duties", to="respond.topic"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "duties",
                "constraints": [
                    models.UniqueConstraint(fields=("topic", "area"), name="one_duty_of_a_topic_in_an_area"),
                    models.UniqueConstraint(
                        condition=models.Q(("area", None)), fields=("topic",), name="one_duty_of_a_topic_elsewhere"
                    ),
                ],
            },
        ),
    ]

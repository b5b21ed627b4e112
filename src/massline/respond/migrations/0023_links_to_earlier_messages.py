import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("gather", "0011_sums"), ("respond", "0022_answered_in_time")]

    operations = [
        migrations.CreateModel(
            name="EarlierLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("linked_at", models.DateTimeField()),
                (
                    "earlier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="gather.message"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="earlier_links",
                        to="gather.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("message", "earlier"), name="linked_once"),
                    models.CheckConstraint(condition=~Q(message=F("earlier")), name="linked_to_another"),
                ],
            },
        ),
    ]

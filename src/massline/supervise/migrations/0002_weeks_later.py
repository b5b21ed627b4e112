"""What writers say four weeks after an answer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("supervise", "0001_first_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="rating",
            name="later_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="rating",
            name="still_solved",
            field=models.BooleanField(null=True),
        ),
    ]

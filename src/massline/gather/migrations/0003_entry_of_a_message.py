import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gather", "0002_arriving_files"),
        ("ledger", "0001_first_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
    ]

"""Each message that came in was entered into the log, and the mark of that into every index of the messages."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gather", "0009_order_of_a_desk"),
        ("ledger", "0002_no_index_over_kinds"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.entry",
            ),
        ),
    ]

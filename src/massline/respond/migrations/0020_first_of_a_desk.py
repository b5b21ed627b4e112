"""The first cases of a desk are found by an index alone, whichever order is asked and however many bodies are hers.

On SQLite the table of cases is written anew. Going back needs nothing."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("respond", "0019_attachments")]

    operations = [
        migrations.RemoveIndex(model_name="case", name="case_by_day"),
        migrations.AlterField(
            model_name="case",
            name="body",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="bodies.body",
                verbose_name="responsible body",
            ),
        ),
        migrations.AddIndex(model_name="case", index=models.Index(fields=["body", "id"], name="case_of_body")),
        migrations.AddIndex(
            model_name="case", index=models.Index(fields=["state", "reply_due", "id", "body"], name="case_by_day")
        ),
    ]

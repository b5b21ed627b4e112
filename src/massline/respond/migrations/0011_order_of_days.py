from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("respond", "0010_merge_and_split")]

    operations = [
        migrations.AddIndex("case", models.Index(fields=["state", "reply_due", "id"], name="case_by_day")),
    ]

"""Nobody looks entries up by their kind, and on PostgreSQL two of the five indexes that every act had to write were for that."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_first_tables")]

    operations = [migrations.AlterField("entry", "kind", models.CharField(max_length=60))]

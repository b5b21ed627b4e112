from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("index", models.BigIntegerField(blank=True, null=True, unique=True)),
                ("at", models.CharField(max_length=32)),
                ("kind", models.CharField(db_index=True, max_length=60)),
                ("data", models.TextField()),
            ],
            options={
                "verbose_name_plural": "entries",
                "indexes": [
                    models.Index(condition=models.Q(("index", None)), fields=["id"], name="entries_without_a_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.BigIntegerField(default=0)),
            ],
        ),
    ]

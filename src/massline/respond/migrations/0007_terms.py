"""The index of words: a table of FTS5 on SQLite, of its own kind on PostgreSQL; so Django makes the state, and we the table."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import massline.terms

INDEXES = ("CaseTerms", "ReplyTerms")


def make(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    for name in INDEXES:
        massline.terms.make_table(apps.get_model("respond", name), schema)


def drop(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    for name in INDEXES:
        massline.terms.drop_table(apps.get_model("respond", name), schema)


class Migration(migrations.Migration):
    dependencies = [("respond", "0006_helpers_and_notes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="CaseTerms",
                    fields=[
                        ("key", models.BigIntegerField(db_column="rowid", primary_key=True, serialize=False)),
                        ("terms", massline.terms.TermsField()),
                    ],
                    options={"abstract": False},
                ),
                migrations.CreateModel(
                    name="ReplyTerms",
                    fields=[
                        ("key", models.BigIntegerField(db_column="rowid", primary_key=True, serialize=False)),
                        ("terms", massline.terms.TermsField()),
                    ],
                    options={"abstract": False},
                ),
            ]
        ),
        migrations.RunPython(make, drop),
    ]

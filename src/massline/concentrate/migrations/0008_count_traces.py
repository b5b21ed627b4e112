"""Statements that stand already get the count of their messages, which the pages now read. Nothing is lost by undoing it."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def count_traces(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """How many messages each statement leads to."""
    statements = apps.get_model("concentrate", "Statement").objects
    for key, number in list(statements.annotate(number=models.Count("trace")).values_list("pk", "number")):
        statements.filter(pk=key).update(messages=number)


class Migration(migrations.Migration):
    dependencies = [
        ("concentrate", "0007_order_of_messages"),
    ]

    operations = [
        migrations.RunPython(count_traces, migrations.RunPython.noop),
    ]

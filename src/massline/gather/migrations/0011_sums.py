"""The table in which slow sums are kept (massline.sums): Django's cache, no model of ours."""

from django.apps.registry import Apps
from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("gather", "0010_no_index_over_entries")]

    operations = [migrations.RunPython(make, lambda apps, schema_editor: schema_editor.execute("DROP TABLE sums"))]

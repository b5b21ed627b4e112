"""Messages that are in a case, or were set aside, wait for nobody any more. Going back needs nothing."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def say_so(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    messages = apps.get_model("gather", "Message").objects.filter(waits=True)
    messages.filter(pk__in=apps.get_model("respond", "CaseMessage").objects.values("message")).update(waits=False)
    aside = apps.get_model("respond", "SetAside").objects.filter(asked_again_at=None)
    messages.filter(pk__in=aside.values("message")).update(waits=False)


class Migration(migrations.Migration):
    dependencies = [("respond", "0011_order_of_days"), ("gather", "0007_messages_that_wait")]

    operations = [migrations.RunPython(say_so, migrations.RunPython.noop)]

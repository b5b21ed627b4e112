"""What was written before there was an index of words is found too. A million texts take some minutes; going back needs nothing."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from massline.terms import refill


def fill(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    known_by(apps, "Message", "MessageTerms", ("shown_title", "shown_text"))


def known_by(apps: Apps, name: str, index: str, words_of: tuple[str, ...]) -> None:
    kept = apps.get_model("gather", index)
    kept.words_of = words_of  # models of a migration know columns only
    for _done in refill(kept, apps.get_model("gather", name).objects.only(*words_of)):
        pass


class Migration(migrations.Migration):
    dependencies = [("gather", "0005_terms")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

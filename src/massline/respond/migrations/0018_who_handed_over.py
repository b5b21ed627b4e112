"""Who handed a case over, of the hand-overs that were made before that was kept: whoever had it just before, where a person did it.

What is inherited from an abolished body is nobody's hand-over. Going back leaves the columns as they are: they are dropped then."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce


def tell_senders(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    turns, cases = apps.get_model("respond", "Turn").objects, apps.get_model("respond", "Case").objects
    handed = turns.filter(kind="handed over", began_by__isnull=False)
    before = turns.filter(case=OuterRef("case"), pk__lt=OuterRef("pk")).order_by("-pk")
    handed.update(sender=Subquery(before.values("body")[:1]))
    per_case = turns.filter(case=OuterRef("pk"), sender__isnull=False).order_by().values("case")
    counted = Subquery(per_case.annotate(n=Count("pk")).values("n"))
    cases.filter(Q(pk__in=handed.values("case"))).update(hand_overs=Coalesce(counted, 0))


class Migration(migrations.Migration):
    dependencies = [("respond", "0017_means_and_corrections")]

    operations = [migrations.RunPython(tell_senders, migrations.RunPython.noop)]

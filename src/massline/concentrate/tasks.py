"""Background work: an id in, one action call. Safe to run twice."""

from django_tasks import task

from massline.concentrate import actions
from massline.rights import SYSTEM


@task()
def run_engine(run_id: int) -> bool:
    return actions.run_engine(run_id, by=SYSTEM)

"""Acts of earlier runs, done again in the run that shows, or set aside."""

from django.db import transaction
from django.utils import timezone

from massline.concentrate.actions.room import merge_themes, move_messages, rename_theme, split_theme
from massline.concentrate.carrying import Plan, plan
from massline.concentrate.models import Act, Run, Theme
from massline.concentrate.rules import ActKind, CarryRefused, ThemeError
from massline.gather.models import Call
from massline.ledger.actions import append
from massline.people.models import User
from massline.rights import require


@transaction.atomic
def carry_act(act: Act, *, by: User, version: int | None = None) -> Act:
    """Do an act of an earlier run again in the call's newest one, on the themes that hold the same messages.

    version: of the theme that it changes, as it was read; None: as it stands. Raises NotAllowed, CarryRefused, StaleTheme and
    what the act itself refuses."""
    require(by, "concentrate.carry_act", act.run.call.body.path)
    run = Run.objects.current(act.run.call)
    list(Act.objects.select_for_update().filter(pk=act.pk))  # of two who carry it at once, the second finds it done
    if run is None or not Act.objects.to_carry(run).filter(pk=act.pk).exists():
        raise CarryRefused(act.pk, "carried")
    found = plan(act, run)
    if found.reason or found.theme is None:
        raise CarryRefused(act.pk, found.reason)
    done = _again(found, found.theme, by, found.theme.version if version is None else version)
    done.carries = act
    done.save(update_fields=["carries"])
    append("theme.carried", {"act": done.pk, "carries": act.pk, "run": run.pk, "call": run.call.ref, "by": by.role})
    return done


def _again(found: Plan, theme: Theme, by: User, version: int) -> Act:
    act, name, other = found.act, found.act.after, found.other
    if act.kind == ActKind.RENAMED:
        return rename_theme(theme, name=name, by=by, version=version)
    if act.kind == ActKind.SPLIT:
        return split_theme(theme, messages=found.messages, name=name, by=by, version=version)
    assert other  # noqa: S101 - a plan without a reason has one
    if act.kind == ActKind.MERGED:
        return merge_themes(theme, into=other, by=by, version=version)
    return move_messages(theme, messages=found.messages, to=other, by=by, version=version)


def carry_acts(call: Call, *, by: User) -> int:
    """Do all acts of earlier runs again that can be, the earliest first; returns how many were. Those that cannot stay listed.

    Each is one step of its own: what is done stays done. Raises NotAllowed."""
    require(by, "concentrate.carry_acts", call.body.path)
    run, done = Run.objects.current(call), 0
    for act in Act.objects.to_carry(run).select_related("run__call__body") if run else ():
        try:
            carry_act(act, by=by)
        except ThemeError:
            continue
        done += 1
    return done


@transaction.atomic
def set_act_aside(act: Act, *, by: User) -> None:
    """No newer run is asked to do this act again. Raises NotAllowed, CarryRefused."""
    require(by, "concentrate.set_act_aside", act.run.call.body.path)
    if Act.objects.standing().filter(pk=act.pk, set_aside_at=None).update(set_aside_at=timezone.now()) != 1:
        raise CarryRefused(act.pk, "carried")
    append("theme.set_aside", {"act": act.pk, "run": act.run_id, "call": act.run.call.ref, "by": by.role})


@transaction.atomic
def propose_act(act: Act, *, by: User) -> None:
    """Take it back that an act was set aside. Raises NotAllowed, CarryRefused."""
    require(by, "concentrate.propose_act", act.run.call.body.path)
    aside = Act.objects.standing().filter(pk=act.pk).exclude(set_aside_at=None)
    if aside.update(set_aside_at=None) != 1:
        raise CarryRefused(act.pk, "carried")
    append("theme.proposed", {"act": act.pk, "run": act.run_id, "call": act.run.call.ref, "by": by.role})

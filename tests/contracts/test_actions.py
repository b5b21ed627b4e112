"""Every verb has to be told who acts, and leaves an entry in the log. (test_writes.py: nothing else writes.)"""

import ast
import importlib
import inspect
from collections.abc import Callable
from unittest.mock import MagicMock

import pytest

from massline.rights import MAY, NamedActor, NotAllowed, Role, may, require
from tests.contracts.test_writes import APPS, functions, verbs

VERBS = [(app, name) for app in APPS if app != "ledger" for name in verbs(app)]
IDS = [f"{app}.{name}" for app, name in VERBS]
APPENDS = {"append", "append_together", "append_all"}
# These hand the work, and with it the entry, to a verb of a lower app; or go on with what was entered when it was accepted.
LOGGED_BY = {"supervise.reopen": "respond.reopen", "gather.continue_imports": "_continue"}

# What somebody keeps for herself, or a body for what it may write one day, is no act: the log would tell how staff work.
NO_ACTS = {
    f"respond.{verb}"
    for verb in ("keep_view", "rename_view", "drop_view", "keep_template", "drop_template", "keep_draft")
}
# A file goes with a draft, and stands in the log with the reply that carries it out. What belongs to nothing is nobody's.
NO_ACTS |= {f"respond.{verb}" for verb in ("attach", "take_off", "clear_attachments")}
# Whom letters go to stands in no log: it would tell who looks at what.
NO_ACTS |= {f"respond.{verb}" for verb in ("follow", "confirm", "stop_following", "send_notices", "forget_unconfirmed")}


def function(app: str, name: str) -> Callable[..., object]:
    found: Callable[..., object] = getattr(importlib.import_module(f"massline.{app}.actions"), name)
    return found


def calls_in(app: str, name: str) -> set[str]:
    """Names of the functions that a verb calls, and of those that its own app's helpers call for it."""
    own = functions(app)
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for node in ast.walk(own[waiting.pop()]):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in own and called not in seen:
                    waiting.append(called)
                seen.add(called)
    return seen


@pytest.mark.parametrize(("app", "name"), VERBS, ids=IDS)
def test_every_verb_takes_who_acts_by_name_and_without_a_default(app: str, name: str) -> None:
    by = inspect.signature(function(app, name)).parameters["by"]
    assert by.kind is inspect.Parameter.KEYWORD_ONLY
    assert by.default is inspect.Parameter.empty


@pytest.mark.django_db
@pytest.mark.parametrize(("app", "name"), VERBS, ids=IDS)
def test_no_verb_is_done_by_nobody(app: str, name: str) -> None:
    """`require` comes first: with things that only look like arguments, nothing before it may fail."""
    signature = inspect.signature(function(app, name))
    given = {
        parameter.name: MagicMock(name=parameter.name)
        for parameter in signature.parameters.values()
        if parameter.default is inspect.Parameter.empty
    }
    with pytest.raises(NotAllowed, match="nobody"):
        function(app, name)(**(given | {"by": None}))


@pytest.mark.parametrize(("app", "name"), VERBS, ids=IDS)
def test_every_verb_leaves_an_entry_in_the_log(app: str, name: str) -> None:
    called = calls_in(app, name)
    if f"{app}.{name}" in NO_ACTS:
        assert not APPENDS & called
        return
    assert APPENDS & called or LOGGED_BY.get(f"{app}.{name}") in called


@pytest.mark.parametrize("verb", MAY)
def test_nobody_does_anything_at_a_body_that_is_not_hers(verb: str) -> None:
    for role in Role:
        assert not may(NamedActor("somebody", role, "00010002"), verb, "00010003")
        assert not may(NamedActor("somebody", role, "00010002"), verb, "0001")
        assert not may(NamedActor("somebody", role, None), verb, "00010002")


@pytest.mark.parametrize("verb", MAY)
def test_an_inspector_changes_nothing_anywhere(verb: str) -> None:
    with pytest.raises(NotAllowed) as problem:
        require(NamedActor("the inspector", Role.INSPECTOR, ""), verb, "")
    assert (problem.value.actor, problem.value.verb) == ("the inspector", verb)


def test_a_verb_that_nobody_has_heard_of_is_an_error_and_not_a_no() -> None:
    with pytest.raises(KeyError):
        may(NamedActor("somebody", Role.OPERATOR, ""), "respond.delete_everything", "")

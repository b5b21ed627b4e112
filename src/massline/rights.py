"""Roles, what each may do, and where. Pure; every verb of every app asks `require` first. Source: docs/rules/roles.md."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """The people of the circle (docs/explanation/the-circle.md)."""

    HANDLER = "handler"
    LEADER = "leader"
    INSPECTOR = "inspector"
    ANALYST = "analyst"
    OPERATOR = "operator"
    RESIDENT = "resident"
    SYSTEM = "system"


class Actor(Protocol):
    """Whoever acts. `body_path` is the root of what is hers: "" is everything, None is nothing."""

    @property
    def role(self) -> str: ...
    @property
    def body_path(self) -> str | None: ...
    @property
    def public_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NamedActor:
    """An actor that nobody signs in as. Acts in the open: the name stands in the log."""

    public_name: str
    role: str
    body_path: str | None = ""


SYSTEM = NamedActor("massline", Role.SYSTEM)
RESIDENT = NamedActor("a resident", Role.RESIDENT)
OPERATOR = NamedActor("the operator at the console", Role.OPERATOR)

MAY: dict[str, frozenset[Role]] = {
    verb: frozenset(roles)
    for verb, roles in {
        "bodies.add_body": {Role.OPERATOR},
        "bodies.remove_body": {Role.OPERATOR},
        "bodies.close_body": {Role.OPERATOR},
        "bodies.move_body": {Role.OPERATOR},
        "bodies.set_calendar_year": {Role.OPERATOR},
        "bodies.set_outlines": {Role.OPERATOR},
        "people.add_user": {Role.OPERATOR},
        "people.give_link": {Role.OPERATOR},
        "gather.open_call": {Role.LEADER, Role.OPERATOR},
        "gather.pass_on": {Role.OPERATOR},
        "gather.answer_call": {Role.LEADER},
        "gather.receive_message": {Role.RESIDENT, Role.OPERATOR},
        "gather.record_visit": {Role.HANDLER, Role.LEADER},
        "gather.publish_message": {Role.HANDLER, Role.LEADER, Role.SYSTEM},
        "gather.ask_removal": {Role.HANDLER, Role.LEADER},
        "gather.decide_removal": {Role.HANDLER, Role.LEADER},
        "gather.show_again": {Role.HANDLER, Role.LEADER},
        "gather.appeal": {Role.RESIDENT},
        "gather.decide_appeal": {Role.HANDLER, Role.LEADER},
        "gather.erase_own": {Role.RESIDENT},
        "gather.import_messages": {Role.OPERATOR},
        "gather.continue_imports": {Role.SYSTEM},
        "concentrate.request_run": {Role.ANALYST, Role.LEADER, Role.OPERATOR, Role.SYSTEM},
        "concentrate.record_run": {Role.SYSTEM},
        "concentrate.place_arrivals": {Role.SYSTEM},
        "concentrate.look_for_hot_matters": {Role.SYSTEM, Role.OPERATOR},
        "concentrate.rename_theme": {Role.ANALYST, Role.LEADER},
        "concentrate.merge_themes": {Role.ANALYST, Role.LEADER},
        "concentrate.split_theme": {Role.ANALYST, Role.LEADER},
        "concentrate.move_messages": {Role.ANALYST, Role.LEADER},
        "concentrate.undo_act": {Role.ANALYST, Role.LEADER},
        "concentrate.carry_act": {Role.ANALYST, Role.LEADER},
        "concentrate.carry_acts": {Role.ANALYST, Role.LEADER},
        "concentrate.set_act_aside": {Role.ANALYST, Role.LEADER},
        "concentrate.propose_act": {Role.ANALYST, Role.LEADER},
        "concentrate.publish_edition": {Role.ANALYST, Role.LEADER},
        "respond.open_case": {Role.HANDLER, Role.LEADER},
        "respond.open_case_of_theme": {Role.HANDLER, Role.LEADER},
        "respond.open_case_of_hot_matter": {Role.HANDLER, Role.LEADER},
        "respond.take_as_advised": {Role.HANDLER, Role.LEADER},
        "respond.set_topic": {Role.OPERATOR},
        "respond.set_duty": {Role.OPERATOR},
        "respond.train_router": {Role.SYSTEM},
        "respond.advise": {Role.SYSTEM},
        "respond.join": {Role.HANDLER, Role.LEADER},
        "respond.leave": {Role.HANDLER, Role.LEADER},
        "respond.set_aside": {Role.HANDLER, Role.LEADER},
        "respond.take_back_set_aside": {Role.HANDLER, Role.LEADER},
        "respond.ask_again": {Role.RESIDENT},
        "respond.link_earlier": {Role.RESIDENT},
        "respond.take_back_link": {Role.RESIDENT},
        "respond.hand_over": {Role.HANDLER, Role.LEADER},
        "respond.correct_topic": {Role.HANDLER, Role.LEADER},
        "respond.hand_back": {Role.HANDLER, Role.LEADER},
        "respond.publish_reply": {Role.HANDLER, Role.LEADER},
        "respond.abolish_body": {Role.OPERATOR},
        "respond.urge": {Role.LEADER},
        "respond.merge": {Role.HANDLER, Role.LEADER},
        "respond.split": {Role.HANDLER, Role.LEADER},
        "respond.take_back": {Role.HANDLER, Role.LEADER},
        "respond.share": {Role.HANDLER, Role.LEADER},
        "respond.finish_part": {Role.HANDLER, Role.LEADER},
        "respond.write_note": {Role.HANDLER, Role.LEADER},
        "respond.pause": {Role.HANDLER, Role.LEADER},
        "respond.resume": {Role.HANDLER, Role.LEADER},
        "respond.extend": {Role.HANDLER, Role.LEADER},
        "respond.keep_view": {Role.HANDLER, Role.LEADER},
        "respond.rename_view": {Role.HANDLER, Role.LEADER},
        "respond.drop_view": {Role.HANDLER, Role.LEADER},
        "respond.keep_template": {Role.HANDLER, Role.LEADER},
        "respond.drop_template": {Role.HANDLER, Role.LEADER},
        "respond.keep_draft": {Role.HANDLER, Role.LEADER},
        "respond.attach": {Role.HANDLER, Role.LEADER},
        "respond.take_off": {Role.HANDLER, Role.LEADER},
        "respond.withdraw_attachment": {Role.HANDLER, Role.LEADER},
        "respond.clear_attachments": {Role.SYSTEM},
        "respond.escalate_if_overdue": {Role.SYSTEM},
        "respond.escalate_overdue": {Role.SYSTEM},
        "respond.ask_later": {Role.SYSTEM},
        "supervise.say_later": {Role.RESIDENT},
        "respond.follow": {Role.RESIDENT},
        "respond.confirm": {Role.RESIDENT},
        "respond.stop_following": {Role.RESIDENT},
        "respond.send_notices": {Role.SYSTEM},
        "respond.forget_links": {Role.SYSTEM},
        "respond.forget_unconfirmed": {Role.SYSTEM},
        "respond.settle": {Role.RESIDENT},
        "respond.reopen": {Role.RESIDENT},
        "supervise.rate": {Role.RESIDENT},
        "supervise.erase_words": {Role.SYSTEM},
        "supervise.reopen": {Role.RESIDENT},
    }.items()
}
"""verb -> the roles that may do it, within their own body and what lies under it."""


class NotAllowed(PermissionError):
    """This actor may not do this here."""

    def __init__(self, actor: str, verb: str) -> None:
        super().__init__(f"{actor} may not do {verb} here.")
        self.actor, self.verb = actor, verb


def covers(body_path: str | None, path: str) -> bool:
    """Whether what lies at `path` is within `body_path`. Every step of a path has the same length, so a prefix is a subtree."""
    return body_path is not None and path.startswith(body_path)


def may(actor: Actor, verb: str, path: str) -> bool:
    """Whether the actor may do this to something that belongs to the body at `path`. An unknown verb is a KeyError, not a no."""
    return actor.role in MAY[verb] and covers(actor.body_path, path)


def require(by: Actor | None, verb: str, path: str) -> None:
    """Raises NotAllowed unless `by` may do this there. Nobody (None, or somebody not signed in) may do nothing."""
    if by is None or not may(by, verb, path):
        raise NotAllowed(getattr(by, "public_name", "nobody"), verb)

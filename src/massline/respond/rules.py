"""The procedure of a case: states, moves, days. Sources: docs/rules/case.md, docs/rules/reply-deadline.md."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from massline.bodies.rules import Level


class State(StrEnum):
    """Where a case stands. `answered` is the body's word, `settled` the resident's."""

    OPEN = "open"
    ANSWERED = "answered"
    SETTLED = "settled"
    MERGED = "merged"  # goes on as a part of another case


MOVES: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.ANSWERED, State.MERGED}),
    State.ANSWERED: frozenset({State.SETTLED, State.OPEN}),  # back to open: reopened
    State.SETTLED: frozenset({State.OPEN}),  # a writer said weeks later that it is not solved any more
    State.MERGED: frozenset({State.OPEN}),  # the merging was taken back
}

REOPENINGS = 1  # how often a writer may say "not solved, look again"
SOON = 2  # working days: a case due within them is due soon
TAKE_DAYS = 2  # working days in which a message is taken as a case or set aside
VERY_LATE = 5  # working days after the due day: a case is then very late, where its topic says nothing else
RESOLVE_DAYS = 30  # working days in which a matter stays answered, where its topic says nothing else
LEAST_PAST_CASES = 50  # of fewer nothing is learnt
HERE = "="  # what a router calls the body that a message came to
ASK_LATER = timedelta(weeks=4)  # after an answer its writers are asked whether it is still solved
MOST_TRIES = 12  # of a letter, each after twice as long: for about four days
LONGEST_URGING = 10  # working days that a body above may give
PAUSES = 2  # how often a clock may stand still, until the case is reopened
LONGEST_PAUSE = 10  # working days
MOST_VIEWS = 12  # parts of the desk that one person keeps
LEFT_BEHIND = timedelta(weeks=1)  # files of a reply that was never sent stay so long after the case was answered
TAKE_BACK = timedelta(hours=1)  # so long a body may take back that a message needs no case


class TurnKind(StrEnum):
    """How a body came to own the case."""

    TAKEN = "taken"
    HANDED_OVER = "handed over"
    HANDED_BACK = "handed back"  # for lack of means, to the body that had handed it over
    REOPENED = "reopened"
    SPLIT_OFF = "split off"


class MeansKind(StrEnum):
    """What goes with a case that goes down. OWN: nothing, for what the body that gets it has of its own is enough."""

    MONEY = "money"
    STAFF = "staff"
    AUTHORITY = "authority"
    EQUIPMENT = "equipment"
    OWN = "own"


class ReshapeKind(StrEnum):
    """How two cases became one, or one two."""

    MERGED = "merged"
    SPLIT = "split"


class ActKind(StrEnum):
    """What can happen to a case. A case has one more act than its version says: every act after the first raises it by one."""

    TAKEN = "taken"
    HANDED_OVER = "handed over"
    HANDED_BACK = "handed back"
    CORRECTED = "corrected"  # another topic
    ESCALATED = "escalated"
    REPLIED = "replied"
    REOPENED = "reopened"
    SETTLED = "settled"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    JOINED = "joined"
    LEFT = "left"
    SHARED = "shared"
    PART_DONE = "part done"
    SPLIT_OFF = "split off"  # how it began
    MERGED = "merged"  # another case came in
    MERGED_AWAY = "merged away"
    SPLIT = "split"  # a part of it went
    URGED = "urged"
    TAKEN_BACK = "taken back"  # a merging or a splitting


class NoticeKind(StrEnum):
    """What a follower is told of. CONFIRM asks whether the address is hers."""

    CONFIRM = "confirm"
    TAKEN = "taken"
    HANDED_OVER = "handed over"
    HANDED_BACK = "handed back"
    CORRECTED = "corrected"
    ESCALATED = "escalated"
    REPLIED = "replied"
    REOPENED = "reopened"
    SETTLED = "settled"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    SHAPED = "shaped"
    URGED = "urged"
    ASKED_LATER = "asked later"


class PauseKind(StrEnum):
    """Whom a body waits for while its clock stands still. There is no other ground."""

    WRITER = "writer"
    THIRD_PARTY = "third party"


class CaseError(ValueError):
    """Base of what the procedure of a case refuses."""


class WrongState(CaseError):
    """The case stands where this cannot be done."""

    def __init__(self, number: int, state: str, wanted: str) -> None:
        super().__init__(f"Case {number} is {state}; it cannot become {wanted}.")
        self.number, self.state, self.wanted = number, state, wanted


class StaleCase(CaseError):
    """Somebody changed the case after this page was opened; nothing was overwritten."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Case {number} was changed by somebody else. Look at it again before you go on.")
        self.number = number


class HandOverRefused(CaseError):
    """A hand-over to oneself, back to a body that had the case, or without a reason."""

    def __init__(self, code: str, problem: str) -> None:
        super().__init__(f"The case cannot be handed over to {code}: {problem}.")
        self.code, self.problem = code, problem


class MeansMissing(CaseError):
    """A case would go down without what it needs. `why` is one of WHY_NO_MEANS."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"The case cannot be handed down to {code}: {WHY_NO_MEANS[why]}.")
        self.code, self.why = code, why


WHY_NO_MEANS = {
    "none": "it goes down, and no means go with it",
    "words": "nothing says how much, by whom and when; or why its own means are enough",
    "both": "its own means are enough or others go with it, not both",
}


class HandBackRefused(CaseError):
    """A case that cannot go back for lack of means. `why` is one of WHY_NOT_BACK."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"Case {number} does not go back: {WHY_NOT_BACK[why]}.")
        self.number, self.why = number, why


WHY_NOT_BACK = {
    "nobody": "nobody handed it over with means that could be missing",
    "reason": "what is missing is not said",
    "waiting": "its clock stands still; let it go on first",
}


class CorrectionRefused(CaseError):
    """A topic that cannot be corrected like this. `why` is one of WHY_NOT_CORRECTED."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"Case {number} keeps its topic: {WHY_NOT_CORRECTED[why]}.")
        self.number, self.why = number, why


WHY_NOT_CORRECTED = {
    "reason": "a reason is missing",
    "same": "it has this topic",
    "waiting": "its clock stands still; let it go on first",
}


class ClockRefused(CaseError):
    """A pause or an extension that the rules do not allow. Source: docs/rules/reply-deadline.md, R8 and R9."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"The clock of case {number} stays as it is: {problem}.")
        self.number, self.problem = number, problem


class ShareRefused(CaseError):
    """Help asked of the owner itself, of a body that helps already, or without saying with what; or a part that is done."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"Case {number} is not shared like this: {problem}.")
        self.number, self.problem = number, problem


class UrgeRefused(CaseError):
    """The body above cannot urge a case like this. `why` is one of WHY_NOT_URGED."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"Case {number} is not urged: {WHY_NOT_URGED[why]}.")
        self.number, self.why = number, why


WHY_NOT_URGED = {
    "own": "only a body above its owner may",
    "reason": "a reason is missing",
    "days": f"a day lies 1 to {LONGEST_URGING} working days away",
    "before": "this body did so already, which can be done once until the case is reopened",
}


class ReshapeRefused(CaseError):
    """Cases that cannot be merged, split or brought apart again like this. `why` is one of WHY_NOT_RESHAPED."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"Case {number} keeps its shape: {WHY_NOT_RESHAPED[why]}.")
        self.number, self.why = number, why


WHY_NOT_RESHAPED = {
    "reason": "a reason is missing",
    "same": "it cannot be merged with itself",
    "elsewhere": "the other case is not this desk's",
    "closed": "the other case is not open",
    "later": "the other case is due later, and merging buys no time; merge that one into this",
    "down": "the other case is with a body lower down, and merging hands nothing down; merge that one into this",
    "answered": "it was answered before, and its answer stays with it; merge the other one into it",
    "waiting": "its clock stands still; let it go on first",
    "shared": "other bodies still have a part to do in it",
    "messages": "some messages must go, and one must stay; only those that are in it can go",
    "undone": "it was taken back before, or cannot be any more",
}


class MessageTaken(CaseError):
    """The message belongs to a case already."""

    def __init__(self, message: int, case: int) -> None:
        super().__init__(f"Message {message} belongs to case {case} already.")
        self.message, self.case = message, case


class NothingToJoin(CaseError):
    """None of these messages can come into a case: all are in one, or are not this desk's."""

    def __init__(self, what: str) -> None:
        super().__init__(f"No message of {what} is free to come into a case.")
        self.what = what


class LeaveRefused(CaseError):
    """The last message of a case, one that is not in it, or no reason."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"No message leaves case {number}: {problem}.")
        self.number, self.problem = number, problem


class NameTaken(CaseError):
    """Somebody keeps two things under one name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is one called {name!r} already. Choose another name.")
        self.name = name


class AttachmentGone(CaseError):
    """A file that was taken off, taken back or published a moment before, or is somebody else's; or no reason is given."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"An attachment of case {number} is not as it was: {problem}.")
        self.number, self.problem = number, problem


class TooMany(CaseError):
    """More views than a row of links can show."""

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} already. Delete one first.")
        self.most = most


class CannotTakeBack(CaseError):
    """A setting aside that is too old to be taken back, was asked about again, or is in a case by now."""

    def __init__(self, message: int) -> None:
        super().__init__(f"That message {message} needs no case stands. Take the message as a case if it does.")
        self.message = message


class CannotSetAside(CaseError):
    """A message that is not public yet, whose writer asked again, or that was set aside before; or a reason is missing."""

    def __init__(self, message: int, problem: str) -> None:
        super().__init__(f"Message {message} cannot be set aside: {problem}.")
        self.message, self.problem = message, problem


class NotSetAside(CaseError):
    """The writer asks again for a message that nobody set aside, or that was taken or asked for again meanwhile."""

    def __init__(self, message: int) -> None:
        super().__init__(f"Message {message} is not set aside.")
        self.message = message


LINKS = 5  # of one message, to earlier ones of its writer


class LinkRefused(CaseError):
    """A message cannot be linked to this one. why: "itself", "linked" (before), "many"."""

    def __init__(self, message: int, why: str) -> None:
        super().__init__(f"Message {message} cannot be linked: {why}.")
        self.why = why


def check_link(message: int, earlier: int, linked: Collection[int]) -> None:
    """Whether a message may be linked to an earlier one. linked: to which it is already. Raises LinkRefused.

    Source: docs/rules/case.md, C31."""
    if message == earlier:
        raise LinkRefused(message, "itself")
    if earlier in linked:
        raise LinkRefused(message, "linked")
    if len(linked) >= LINKS:
        raise LinkRefused(message, "many")


class ReasonMissing(CaseError):
    """Somebody decides otherwise than was advised with good reason, and does not say why."""

    def __init__(self, message: int) -> None:
        super().__init__(f"Message {message}: past cases advise something else. Say why you decide otherwise.")
        self.message = message


class NoAdvice(CaseError):
    """Nothing sure is advised about a message, or somebody decided about it a moment ago."""

    def __init__(self, message: int) -> None:
        super().__init__(f"Nothing sure is advised about message {message} any more. Take it as it is.")
        self.message = message


class ReopenedBefore(CaseError):
    """A case may be reopened once."""


class PromiseError(ValueError):
    """A promise of less than a day."""


class Place(NamedTuple):
    """Where a body stands. path: in the tree; level: its own, of a department that of the nearest body above which is none (a
    department stands beside it); None where there is none."""

    path: str
    level: Level | None


LEVELS_DOWN = (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)


def goes_down(before: Place, after: Place) -> bool:
    """Whether a case that is handed over like this goes down: to a body under the one that has it, or at a lower level.

    Source: docs/rules/case.md, C27."""
    if before.path.startswith(after.path):  # up, or nowhere
        return False
    if after.path.startswith(before.path):
        return True
    if before.level is None or after.level is None:
        return False
    return LEVELS_DOWN.index(after.level) > LEVELS_DOWN.index(before.level)


class Means(NamedTuple):
    """What goes with a case, and in words how much, by whom and when; with OWN why what the body has is enough."""

    kinds: frozenset[MeansKind] = frozenset()
    words: str = ""

    @property
    def kept(self) -> str:
        """The kinds as a table holds them, in the order of MeansKind; "" for none."""
        return " ".join(kind for kind in MeansKind if kind in self.kinds)


NO_MEANS = Means()


def check_means(means: Means, code: str, *, is_down: bool) -> None:
    """Nobody sends a case down without means. code: of the body that would get it. Raises MeansMissing. Source: C27."""
    if is_down and not means.kinds:
        raise MeansMissing(code, "none")
    if MeansKind.OWN in means.kinds and len(means.kinds) > 1:
        raise MeansMissing(code, "both")
    if means.kinds and not means.words.strip():
        raise MeansMissing(code, "words")


class Step(NamedTuple):
    """One turn of a case, as far as it tells who may hand it back. sender: who handed it over, None where nobody did."""

    kind: TurnKind
    sender: int | None
    means: str = ""


def who_gets_it_back(steps: Iterable[Step]) -> int | None:
    """The body to which a case goes back for lack of means: who handed it, with means named, to the body that has it now.

    steps: its turns in order. What went back is as if it had not been handed over: its sender may hand it further back, to who
    had handed it down before. A body that inherits a case from an abolished one stands in its place. Source: C28."""
    standing: list[Step] = []
    for step in steps:
        if step.kind == TurnKind.HANDED_BACK:
            standing = standing[:-1]
        elif step.kind != TurnKind.HANDED_OVER:
            standing = []
        elif step.sender is not None:
            standing.append(step)
    return standing[-1].sender if standing and standing[-1].means else None


def check_move(number: int, now: State, wanted: State) -> None:
    """Raises WrongState where the table of moves does not lead from one to the other."""
    if wanted not in MOVES[now]:
        raise WrongState(number, now, wanted)


def reply_due(received: date, working_days: int, is_open: Callable[[date], bool]) -> date:
    """Return the last day on which a reply is on time (a calendar day at the body).

    received: day 0. working_days: 1 or more. is_open: the body's calendar, make-up days too; it raises CalendarUnknown
    rather than guess. Raises PromiseError. Source: docs/rules/reply-deadline.md, R2."""
    if working_days < 1:
        raise PromiseError(f"{working_days} working days cannot be promised; the least is 1.")
    day = received
    while working_days:
        day += timedelta(days=1)
        working_days -= is_open(day)
    return day


class Span(NamedTuple):
    """Days that follow each other and are all worked, all closed or all paused. `number`: working days of the promise up to
    the last one; paused days are not worked on this case, whatever the calendar says."""

    first: date
    last: date
    is_open: bool
    number: int
    is_paused: bool = False

    @property
    def first_number(self) -> int:
        """Which working day of the promise the first one is; of use for worked days only."""
        return self.number - (self.last - self.first).days


def counted_days(
    received: date, due: date, is_open: Callable[[date], bool], pauses: Collection[tuple[date, date]] = ()
) -> list[Span]:
    """How a due day came about: the days after `received` up to `due`, worked, closed and paused ones in turns.

    pauses: the day on which each began and its last one. Raises CalendarUnknown as `is_open` does. Source:
    docs/rules/reply-deadline.md, R4 and R8."""
    spans: list[Span] = []
    day, number = received, 0
    while day < due:
        day += timedelta(days=1)
        paused = any(began < day <= last for began, last in pauses)
        worked = not paused and is_open(day)
        number += worked
        follows = spans and (spans[-1].is_open, spans[-1].is_paused) == (worked, paused)
        first = spans.pop().first if follows else day
        spans.append(Span(first, day, worked, number, paused))
    return spans


def due_after_pause(began: date, last: date, due: date, is_open: Callable[[date], bool]) -> date:
    """When a reply is due after a pause: the working days that were left when it began are counted again from its last day on.

    began < due, last >= began. Raises CalendarUnknown as `is_open` does, ValueError where no day is left. Source: R8."""
    days = ((began + timedelta(days=step)) for step in range(1, (due - began).days + 1))
    left = sum(map(is_open, days))
    if not left:
        raise ValueError(f"No working day is left between {began} and {due}.")
    return reply_due(last, left, is_open) if last > began else due


def resolution_due(
    received: date, working_days: int, is_open: Callable[[date], bool], pauses: Collection[tuple[date, date]]
) -> date:
    """The last day on which a matter is resolved in time: paused days are not counted, and a reopening begins nothing anew.

    pauses: the day on which each began and its last one. Raises PromiseError, and CalendarUnknown as `is_open` does.
    Source: docs/rules/reply-deadline.md, R11."""
    return reply_due(
        received,
        working_days,
        lambda day: is_open(day) and not any(began < day <= last for began, last in pauses),
    )


def corrected_due(promised: date, by_topic: date, today: date, is_open: Callable[[date], bool]) -> date:
    """When a reply is due after the topic was corrected: on the earlier of the day that was promised and that of the right topic,
    but not before the next working day: nobody is late by telling the truth. Never later than promised.

    Raises CalendarUnknown as `is_open` does. Source: docs/rules/reply-deadline.md, R12."""
    if by_topic >= promised:
        return promised
    return min(promised, max(by_topic, reply_due(today, 1, is_open)))


def topic_by_words(text: str, words: Mapping[str, Collection[str]]) -> tuple[str, tuple[str, ...]] | None:
    """The topic of which most words stand in a text, and those words; None where none does, or two topics are level.

    words: those of each topic. What a house goes by until it has past cases to learn from."""
    lowered = text.casefold()
    found = {topic: tuple(one for one in own if one.casefold() in lowered) for topic, own in words.items()}
    best = max(found, key=lambda topic: len(found[topic]), default=None)
    if best is None or not found[best]:
        return None
    level = [topic for topic, own in found.items() if len(own) == len(found[best])]
    return (best, found[best]) if len(level) == 1 else None


def longest_extension(promised_days: int) -> int:
    """Working days by which a promise may be extended: half of it, rounded up. Source: R9."""
    return (promised_days + 1) // 2


def working_days_left(today: date, due: date, is_open: Callable[[date], bool]) -> int:
    """Working days still open for a reply: 0 on the due day, negative when late.

    The day after the due day is late even when nobody works on it, and a day before it is never "today".
    Raises CalendarUnknown as `is_open` does. Source: docs/rules/reply-deadline.md, R5."""
    if due == today:
        return 0
    early, late = min(today, due), max(today, due)
    worked = sum(is_open(early + timedelta(days=step)) for step in range(1, (late - early).days + 1))
    return max(worked, 1) if due > today else -max(worked, 1)


def suggested_title(text: str, *, longest: int = 40) -> str:
    """The first sentence of a message, cut to `longest` characters: what the form for a new case starts with."""
    first = re.split(r"[。！？!?\n；;]", text.strip(), maxsplit=1)[0].strip()
    return first if len(first) <= longest else f"{first[: longest - 1]}…"

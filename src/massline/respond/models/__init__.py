"""Tables of cases and of what happens to them, by matter."""

from massline.respond.models.attaching import Attachment, AttachmentQuerySet, shelf
from massline.respond.models.cases import (
    ANSWERING_ROLES,
    DESK_ROLES,
    MEANS,
    STATES,
    TURN_KINDS,
    Case,
    CaseMessage,
    CaseQuerySet,
    Reply,
    Share,
    Turn,
)
from massline.respond.models.clocks import (
    PAUSE_KINDS,
    Correction,
    Extension,
    Pause,
    PauseQuerySet,
    Urging,
    UrgingQuerySet,
)
from massline.respond.models.desk import Draft, SavedView, Template
from massline.respond.models.finding import CaseTerms, ReplyTerms
from massline.respond.models.grouping import Note, Regrouping, Reshaping, ReshapingQuerySet, SetAside, SetAsideQuerySet
from massline.respond.models.linking import EarlierLink
from massline.respond.models.telling import Following, FollowingQuerySet, Notice, NoticeQuerySet
from massline.respond.models.topics import Advice, AdviceQuerySet, Duty, Router, Topic, TopicQuerySet, promised_days

__all__ = [
    "ANSWERING_ROLES", "Advice", "AdviceQuerySet", "Attachment", "AttachmentQuerySet", "Case", "CaseMessage",
    "CaseQuerySet", "CaseTerms", "Correction", "DESK_ROLES", "Draft", "Duty", "EarlierLink", "Extension", "Following",
    "FollowingQuerySet", "MEANS", "Note", "Notice", "NoticeQuerySet", "PAUSE_KINDS", "Pause", "PauseQuerySet",
    "Regrouping", "Reply", "ReplyTerms", "Reshaping", "ReshapingQuerySet", "Router", "STATES", "SavedView",
    "SetAside", "SetAsideQuerySet", "Share", "TURN_KINDS", "Template", "Topic", "TopicQuerySet", "Turn", "Urging",
    "UrgingQuerySet", "promised_days", "shelf",
]  # fmt: skip

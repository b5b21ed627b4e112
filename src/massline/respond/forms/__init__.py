"""What a handler or a leader may type, by matter."""

from massline.respond.forms.attaching import FilesForm, WithdrawForm, look_at, not_attached
from massline.respond.forms.cases import (
    LONGEST_REPLY,
    NOT_HANDED_BACK,
    ExtendForm,
    HandBackForm,
    HandOverForm,
    JoinForm,
    LeaveForm,
    NoteForm,
    PauseForm,
    ReplyForm,
    ResumeForm,
    ShareForm,
    VersionedForm,
)
from massline.respond.forms.correcting import NOT_CORRECTED, CorrectForm
from massline.respond.forms.desk import CASE_FILTERS, MESSAGE_FILTERS, DeskFilter, ViewForm
from massline.respond.forms.messages import MeansForm, SetAsideForm, TakeForm
from massline.respond.forms.reshaping import NOT_RESHAPED, MergeForm, SplitForm, TakeBackForm
from massline.respond.forms.templates import TemplateForm
from massline.respond.forms.together import CasesTogether, MessagesTogether, Together
from massline.respond.forms.topics import TopicForm
from massline.respond.forms.urging import NOT_URGED, UrgeForm

__all__ = [
    "CASE_FILTERS", "CasesTogether", "CorrectForm", "DeskFilter", "ExtendForm", "FilesForm", "HandBackForm",
    "HandOverForm", "JoinForm", "LONGEST_REPLY", "LeaveForm", "MESSAGE_FILTERS", "MeansForm", "MergeForm",
    "MessagesTogether", "NOT_CORRECTED", "NOT_HANDED_BACK", "NOT_RESHAPED", "NOT_URGED", "NoteForm", "PauseForm",
    "ReplyForm", "ResumeForm", "SetAsideForm", "ShareForm", "SplitForm", "TakeBackForm", "TakeForm", "TemplateForm",
    "Together", "TopicForm", "UrgeForm", "VersionedForm", "ViewForm", "WithdrawForm", "look_at", "not_attached",
]  # fmt: skip

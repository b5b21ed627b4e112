"""The verbs of responding. Each one asks `require`, changes the case and appends to the ledger in one transaction."""

from massline.respond.actions.answering import publish_reply, reopen, settle
from massline.respond.actions.clocks import Wait, escalate_if_overdue, escalate_overdue, extend, pause, resume
from massline.respond.actions.inheriting import abolish_body
from massline.respond.actions.opening import ask_again, join, leave, open_case, open_case_of_theme, set_aside
from massline.respond.actions.sharing import finish_part, hand_over, share, write_note

__all__ = [
    "Wait", "abolish_body", "ask_again", "escalate_if_overdue", "escalate_overdue", "extend", "finish_part",
    "hand_over", "join", "leave", "open_case", "open_case_of_theme", "pause", "publish_reply", "reopen", "resume",
    "set_aside", "settle", "share", "write_note",
]  # fmt: skip

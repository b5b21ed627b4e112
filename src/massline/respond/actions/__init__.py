"""The verbs of responding. Each one asks `require`, changes the case and appends to the ledger in one transaction."""

from massline.respond.actions.answering import ask_later, publish_reply, reopen, settle
from massline.respond.actions.attaching import attach, clear_attachments, take_off, withdraw_attachment
from massline.respond.actions.clocks import Wait, escalate_if_overdue, escalate_overdue, extend, pause, resume
from massline.respond.actions.correcting import correct_topic
from massline.respond.actions.desk import (
    drop_template,
    drop_view,
    keep_draft,
    keep_template,
    keep_view,
    rename_view,
)
from massline.respond.actions.inheriting import abolish_body
from massline.respond.actions.linking import forget_links, link_earlier, take_back_link
from massline.respond.actions.opening import (
    ask_again,
    join,
    leave,
    open_case,
    open_case_of_hot_matter,
    open_case_of_theme,
    set_aside,
    take_back_set_aside,
)
from massline.respond.actions.passing import hand_back, hand_over
from massline.respond.actions.reshaping import Piece, merge, split, take_back
from massline.respond.actions.routing import advise, set_duty, set_topic, take_as_advised, train_router
from massline.respond.actions.sharing import finish_part, share, write_note
from massline.respond.actions.telling import confirm, follow, forget_unconfirmed, send_notices, stop_following
from massline.respond.actions.urging import urge

__all__ = [
    "Piece", "Wait", "abolish_body", "advise", "ask_again", "ask_later", "attach", "clear_attachments", "confirm",
    "correct_topic", "drop_template", "drop_view", "escalate_if_overdue", "escalate_overdue", "extend",
    "finish_part", "follow", "forget_links", "forget_unconfirmed", "hand_back", "hand_over", "join", "keep_draft",
    "keep_template", "keep_view", "leave", "link_earlier", "merge", "open_case", "open_case_of_hot_matter",
    "open_case_of_theme", "pause",
    "publish_reply", "rename_view", "reopen", "resume", "send_notices", "set_aside", "set_duty", "set_topic",
    "settle", "share", "split", "stop_following", "take_as_advised", "take_back", "take_back_link", "take_back_set_aside",
    "take_off", "train_router", "urge", "withdraw_attachment", "write_note",
]  # fmt: skip

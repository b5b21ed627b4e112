"""The verbs of concentrating: runs of the engine, what arrives after them, what analysts do to themes by hand; hot matters."""

from massline.concentrate.actions.arrivals import place_arrivals
from massline.concentrate.actions.carrying import carry_act, carry_acts, propose_act, set_act_aside
from massline.concentrate.actions.hot import look_for_hot_matters
from massline.concentrate.actions.room import (
    merge_themes,
    move_messages,
    publish_edition,
    rename_theme,
    split_theme,
    undo_act,
)
from massline.concentrate.actions.runs import request_run, run_engine

__all__ = [
    "carry_act", "carry_acts", "look_for_hot_matters", "merge_themes", "move_messages", "place_arrivals",
    "propose_act", "publish_edition", "rename_theme", "request_run", "run_engine", "set_act_aside", "split_theme",
    "undo_act",
]  # fmt: skip

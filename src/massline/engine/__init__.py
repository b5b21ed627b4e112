"""CONCENTRATE and CONSULT as mathematics: tables in, tables out. No web, no database, no clock, no persons.

The names below are the front door; docs/reference/engine.md describes each of them.
"""

from massline.engine.clean import clean_batch, matching_form
from massline.engine.errors import EngineError, InputError, OptionError, OutputError, UnevenFacts, UntraceableStatement
from massline.engine.fold import Folded, fold
from massline.engine.mask import Masked, mask
from massline.engine.pipeline import METHOD, Options, RunResult, run
from massline.engine.place import Drift, Frozen, drift_of, load_themes, place_batch
from massline.engine.read import read
from massline.engine.rejects import Reject
from massline.engine.trace import trace

__all__ = [
    "METHOD",
    "Drift",
    "EngineError",
    "Folded",
    "Frozen",
    "InputError",
    "Masked",
    "Options",
    "OptionError",
    "OutputError",
    "Reject",
    "RunResult",
    "UnevenFacts",
    "UntraceableStatement",
    "clean_batch",
    "drift_of",
    "fold",
    "load_themes",
    "mask",
    "matching_form",
    "place_batch",
    "read",
    "run",
    "trace",
]

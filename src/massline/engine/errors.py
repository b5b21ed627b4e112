"""Everything that the engine refuses, in one tree. Each error carries facts; its sentence says how to go on."""


class EngineError(Exception):
    """Base of all refusals of the engine."""


class InputError(EngineError):
    """Nothing can be read from this input; it names the file, the place and what to do."""


class OptionError(EngineError):
    """An option has a value that cannot be used; it names the option, the value and what is allowed."""


class UntraceableStatement(EngineError):
    """A statement that no message says."""


class OutputError(EngineError):
    """The result cannot be written (disk full, no right to write); nothing half-written is left."""


class UnevenFacts(EngineError):
    """The counts of a result do not add up; a report that loses messages is not written."""


class TeacherError(EngineError):
    """The sentence transformer cannot be used here; it says why. The engine then goes on with words alone."""


class EndpointError(EngineError):
    """A model that is asked over the network gave no answer that can be used. passing: asking again may help."""

    def __init__(self, problem: str, *, passing: bool) -> None:
        super().__init__(problem)
        self.passing = passing


class ClusterError(EngineError):
    """The cluster cannot be used, or was lost; it says why and what to do. Nothing half-written is left."""


class OutlineError(EngineError):
    """A file of outlines cannot be used; it names the feature, what is wrong and how to go on."""

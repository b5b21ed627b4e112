"""When a run is given up or taken over. Pure; the clock is an argument of whoever asks."""

MOST_ATTEMPTS = 3  # workers that may end over one run before it is given up
ENDED_OVER_IT = (
    "The worker ended {attempts} times while it worked on this run, most likely for want of memory. "
    "Look into the worker's log and the machine's, then ask for a run again."
)


class RunTakenOver(RuntimeError):
    """Another worker has the run in hand: this one gave no sign of life for too long."""

    def __init__(self, run: int) -> None:
        super().__init__(f"Run {run} was taken over by another worker; nothing more is written by this one.")
        self.run = run

"""Ctrl-C is heard even where Python loses it: in destructors and callbacks, and out of compiled code."""

import signal

import pytest

from massline.engine.progress import heeding_ctrl_c, progress_bar


class Destructor:
    """What is raised in `__del__` is printed and forgotten, as when numba frees what it compiled."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_press_that_is_lost_in_a_destructor_stops_the_next_step() -> None:
    with progress_bar(["read", "report"]) as watch:
        watch("read", 0)
        Destructor()
        with pytest.raises(KeyboardInterrupt):
            watch("report", 0)


def test_a_press_that_comes_out_of_compiled_code_as_another_error_is_a_press() -> None:
    def compiled() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as press:
            raise SystemError("returned a result with an exception set") from press

    with pytest.raises(KeyboardInterrupt), heeding_ctrl_c():
        compiled()


def test_an_error_without_a_press_stays_what_it_is() -> None:
    with pytest.raises(SystemError, match="no memory"), heeding_ctrl_c():
        raise SystemError("no memory")


def test_afterwards_ctrl_c_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with heeding_ctrl_c():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before

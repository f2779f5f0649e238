"""Whoever starts the tests may ignore signals; children of the tests hear them all the same."""

import signal
from types import FrameType

# A terminal sends these: a process that handles one and tries again would try for ever.
OF_A_TERMINAL = {signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
# Python ignores these itself, and `subprocess` puts them back in each child.
OF_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}


def let_children_hear() -> None:
    """Handle each ignored signal by doing nothing.

    Children inherit that a signal is ignored, as by `nohup`, cron or a script's `&`, but they do
    not inherit a handler: they start with the default. This process goes on ignoring the signal.
    """
    for number in signal.valid_signals() - OF_A_TERMINAL - OF_PYTHON:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _do_nothing)


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """What a process does that ignores a signal."""

"""Transfers that go on where their state cannot be saved, and then cannot be resumed."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from s3vend.transfer.state import Remark, State, StateUnusable

CANNOT_RESUME = "This transfer cannot be resumed."


class Unsaved(State):
    """A state that is never saved, so that nothing can be resumed."""

    resumable = False

    def read(self, fingerprint: Mapping[str, object]) -> None:
        """Return None."""
        del fingerprint

    def write(self, members: Mapping[str, object]) -> None:
        """Do nothing."""
        del members

    def is_due(self, seconds: float) -> bool:
        """Return False."""
        del seconds
        return False

    def forget(self) -> None:
        """Do nothing."""


class _SavedIfPossible(State):
    """A state whose transfer goes on where it cannot be saved, such as on a full disk."""

    def write(self, members: Mapping[str, object]) -> None:
        """Replace the saved state, or say that it cannot be saved."""
        try:
            super().write(members)
        except StateUnusable as error:
            if self.resumable:
                self._remark(f"{error} {CANNOT_RESUME}")
            self.resumable = False
        else:
            self.resumable = True


@contextmanager
def saved_if_possible(path: Path, remark: Remark) -> Iterator[State]:
    """Yield the state at this path, or one that is not saved and a remark why.

    Raises:
        TransferError: another process runs the same transfer.
    """
    with ExitStack() as stack:
        try:
            state: State = stack.enter_context(_SavedIfPossible(path, remark))
        except StateUnusable as error:
            remark(f"{error} {CANNOT_RESUME}")
            state = Unsaved(path)
        yield state

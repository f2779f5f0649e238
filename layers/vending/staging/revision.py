"""The text of the revision's item: a number, and the staged change that is being written."""

from dataclasses import dataclass
from typing import Self

from vending.errors import ChangeRunning
from vending.table import refuse_damaged_item

_HALF = "half"


@dataclass(frozen=True, slots=True)
class Revision:
    """The number of the last transaction, and who writes the next one.

    ``half``: some grantees' items are written, and their entries in the catalogue are not yet.
    """

    number: int
    staged: str | None = None
    half: bool = False

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``41``, ``41 ID`` or ``41 ID half``; raises ``InternalError`` for anything else."""
        with refuse_damaged_item():
            match text.split(" "):
                case [number]:
                    return cls(int(number))
                case [number, staged]:
                    return cls(int(number), staged)
                case [number, staged, half] if half == _HALF:
                    return cls(int(number), staged, half=True)
            raise ValueError(text)

    def __str__(self) -> str:
        words = [str(self.number), self.staged, _HALF if self.half else None]
        return " ".join(filter(None, words))

    def free(self) -> int:
        """The number, if no staged change is being written.

        Raises:
            ChangeRunning: one is.
        """
        if self.staged:
            raise running(self.staged)
        return self.number


def running(id_: str) -> ChangeRunning:
    """The error for whoever has to wait for a staged change."""
    return ChangeRunning(
        f"The staged change {id_!r} is being written, and other changes have to wait for it. Try "
        f"again when it is done, or cancel it with DELETE /admin/staged/{id_}."
    )

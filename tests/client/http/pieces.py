"""A socket whose bytes arrive in pieces."""


class Pieces:
    """A socket that has these bytes, some at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._left, self._size = data, size

    def recv_into(self, buffer: memoryview, /) -> int:
        taken = self._left[: min(self._size, len(buffer))]
        self._left = self._left[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)

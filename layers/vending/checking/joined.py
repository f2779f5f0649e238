"""Several files as one document, and back from a pointer into it to the file and the place there.

Files are applied one by one, but what they allow stands together: so ids are unique across them,
and a grant may need an issuer or a location of another file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from vending.documents.document import ChangesRequest

LISTS = ("grants", "issuers", "locations", "tests")
_IN_TEXT = re.compile(rf"(?<= at )/({'|'.join(LISTS)})/([0-9]+)")


@dataclass(frozen=True, slots=True)
class Joined:
    """The document of all files; ``origins`` has the file and the position of each entry."""

    request: ChangesRequest
    names: tuple[str, ...]  # of the files
    origins: Mapping[str, tuple[tuple[int, int], ...]]

    @classmethod
    def of(cls, names: Sequence[str], requests: Sequence[ChangesRequest]) -> Self:
        """Join at least one request; it has an owner if all of them have the same."""
        origins = {
            kind: tuple(
                (file, position)
                for file, request in enumerate(requests)
                for position in range(len(getattr(request, kind) or ()))
            )
            for kind in LISTS
        }
        first, *others = requests
        if not others:
            return cls(first, tuple(names), origins)
        given = {kind: [getattr(one, kind) for one in requests] for kind in LISTS}
        lists = {
            kind: None if all(one is None for one in each) else tuple(_chained(each))
            for kind, each in given.items()
        }
        owner = first.owner if len({one.owner for one in requests}) == 1 else None
        whole = first.model_copy(update={**lists, "owner": owner, "revision": None})
        return cls(whole, tuple(names), origins)

    def place(self, pointer: str) -> tuple[int, str]:
        """Return the file, and the pointer in it, for a pointer into the document."""
        parts = pointer.split("/")
        kind = parts[1] if len(parts) > 1 else ""
        if kind not in self.origins:
            return 0, pointer
        if len(parts) == 2:  # a list: in the first file that has an entry of it
            return next((file for file, _ in self.origins[kind]), 0), pointer
        file, own = self.origins[kind][int(parts[2])]
        return file, "/".join(["", kind, str(own), *parts[3:]])

    def text(self, detail: str) -> str:
        """Return a detail in which other entries are named by their file, if there are several."""
        return detail if len(self.names) == 1 else _IN_TEXT.sub(self._in_file, detail)

    def _in_file(self, match: re.Match[str]) -> str:
        file, pointer = self.place(match[0])
        return f"{pointer} of {self.names[file]}"


def _chained(lists: Sequence[Sequence[object] | None]) -> list[object]:
    return [entry for entries in lists for entry in entries or ()]

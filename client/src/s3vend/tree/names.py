"""The paths of files for keys, and the keys that can have none here.

Whoever wrote an object chose its key, so a path never leaves the directory of the copy.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from s3vend.tree.rules import HERE, Rules, key_fault, length_fault


class Refused(NamedTuple):
    """A key, below the prefix, that gets no file."""

    key: str
    reason: str  # a sentence


@dataclass(slots=True)
class Names:
    """Gives each key its path. Call `path` with keys in the order of S3.

    Memory holds a few keys; where the file system takes different names for one, all of them.
    """

    rules: Rules = HERE
    _files: list[str] = field(default_factory=list)  # with which the last key began
    _spellings: dict[str, str] = field(default_factory=dict)  # by what is one name here

    def path(self, key: str) -> str | Refused:
        """Return the relative path, with slashes, for a key below the prefix, or why it has none.

        Of keys that cannot exist side by side, the first has a path.
        """
        if key.endswith("/"):
            return Refused(key, f"{key!r} names a directory, and is not copied.")
        reason = self._fault(key) or self._clash(key)
        if reason:
            return Refused(key, f"{key!r} cannot be a file's path here: {reason}.")
        return key

    def is_taken(self, path: str) -> bool:
        """Whether the file of a key has this path here, though the key is spelled otherwise."""
        return self._spellings.get(self._folded(path), path) != path

    def _fault(self, key: str) -> str | None:
        for name in key.split("/"):
            fault = key_fault(name, windows=self.rules.windows) or length_fault(name, self.rules)
            if fault:
                return fault if "/" not in key else f"{fault} (its part {name!r})"
        return None

    def _clash(self, key: str) -> str | None:
        """Return why the path cannot exist beside earlier ones; remember it if it can."""
        while self._files and not key.startswith(self._files[-1]):
            self._files.pop()
        for earlier in self._files:
            if key.startswith(f"{earlier}/"):
                return f"{earlier!r} is a file, so it cannot be a directory too"
        if self.rules.folds_case or self.rules.folds_unicode:
            names = key.split("/")
            paths = ["/".join(names[: at + 1]) for at in range(len(names))]
            folded = {self._folded(path): path for path in paths}
            for name, path in folded.items():
                earlier = self._spellings.get(name, path)
                if earlier != path:
                    return f"the file system takes {path!r} and {earlier!r} for one name"
            self._spellings |= folded
        self._files.append(key)
        return None

    def _folded(self, path: str) -> str:
        composed = unicodedata.normalize("NFC", path) if self.rules.folds_unicode else path
        if not self.rules.folds_case:
            return composed
        folded = composed.casefold()
        return unicodedata.normalize("NFC", folded) if self.rules.folds_unicode else folded

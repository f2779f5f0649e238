"""Which texts a segment of a key, or a caller's text that fills one, may be: the shortest first."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, product

from vending.callers.grantee_keys import VALUE_BYTES
from vending.callers.principal import NAME as PRINCIPAL_NAME
from vending.grants.keys import KEY_BYTES

FIRST = "xyzabcdefghijklmnopqrstuvw0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
IN_NAMES = FIRST + "-_+=,.@"
IN_TEXTS = IN_NAMES + " !\"#$%&'()*:;<>?[\\]^`{|}~"
FIRST_ACCOUNT = 111122223333  # as in the pages of AWS


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The texts of one segment that ``pattern`` matches; never ``.`` or ``..``."""

    rank: int  # of two alphabets, the lower one has the fewer texts
    pattern: str
    longest: int = KEY_BYTES  # bytes
    among: tuple[str, ...] = ()  # if given, the only texts

    def accepts(self, text: str) -> bool:
        """Whether the text is one of them."""
        return (
            (text in self.among if self.among else bool(re.fullmatch(self.pattern, text)))
            and text not in (".", "..")
            and len(text.encode()) <= self.longest
        )

    def each(self) -> Iterator[str]:
        """Yield the texts, the shortest first; of endlessly many, those of printable ASCII."""
        if self.among:
            yield from self.among
        elif self is ACCOUNT:
            yield from (f"{FIRST_ACCOUNT + number:012}" for number in count())
        else:
            characters = IN_NAMES if self is NAME else IN_TEXTS
            for length in range(1, self.longest + 1):
                yield from map("".join, product(characters, repeat=length))


ACCOUNT = Alphabet(1, "[0-9]{12}")
NAME = Alphabet(2, PRINCIPAL_NAME)  # of a role or user
PLAIN = Alphabet(3, "[^/]+", VALUE_BYTES)  # a text that is matched, or makes a caller
TEXT = Alphabet(4, "[^/]+")  # of a claim; no longer than a key
SEGMENT = Alphabet(5, "[^/]*")  # of a key, where no variable is


def among(texts: Iterable[str]) -> Alphabet:
    """The alphabet of these texts alone, in their order."""
    return Alphabet(0, "", among=tuple(texts))


def each_of_all(alphabets: Collection[Alphabet]) -> Iterator[str]:
    """Yield the texts that all of these alphabets have, the shortest first."""
    narrow = min(alphabets, key=lambda one: one.rank)
    return (text for text in narrow.each() if all(one.accepts(text) for one in alphabets))

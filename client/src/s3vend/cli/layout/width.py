"""The width of terminals and of texts; lines broken between words, and texts that are shortened."""

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import IO

USUAL = 80  # columns of a terminal that does not tell
CUT = "…"
TELLING = 4  # columns of the end of a path that says something
_ARN = r"\barn:[\w-]+:[\w-]+:[\w-]*:\w*:(?=\S)"
_PIECES = r"[^/:,=&?;|]*[/:,=&?;|]+|[^/:,=&?;|]+"
_BUCKET = r"\w+://[^/]+/"
# An issuer and its subject, or two words, such as a kind and a name.
_PAIR = r"(https?://\S+(?= .)|\S+(?= \S+$)) (.+)"
_EMOJI = "\ufe0f"  # shows the character before it in colour, and two columns wide


def columns_of(stream: IO[str]) -> int | None:
    """Return the columns of a terminal; None if the stream is not one: nothing is shortened there.

    COLUMNS comes first, as in other programs.
    """
    if not stream.isatty():
        return None
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL
    except (OSError, ValueError):
        return USUAL


def width(text: str) -> int:
    """Return the columns that a terminal needs for a printable text."""
    return len(text) if text.isascii() else sum(columns for _, columns in _clusters(text))


def padded(text: str, columns: int) -> str:
    """Return the text with spaces after it, up to this width."""
    return text + " " * (columns - width(text))


def without_accounts(text: str) -> str:
    """Return the text with each ARN from its resource on: `…:role/Name`."""
    return re.sub(_ARN, f"{CUT}:", text)


def shortened(text: str, columns: int) -> str:
    """Return the text in at most this width.

    An ARN is shortened first. Of a key or an address the beginning and the end stay, of an issuer
    and its subject, and of two words, the second; of a sentence its first words. `…` is where
    something is left out.
    """
    if width(text) <= columns:
        return text
    text = without_accounts(text)
    if width(text) <= columns:
        return text
    if match := re.fullmatch(_PAIR, text):
        room = columns - width(match[2]) - 1
        first = shortened(match[1], room) if room >= least(match[1]) else CUT
        return f"{first} {shortened(match[2], columns - width(first) - 1)}"
    if " " in text:
        words = re.findall(r"\s*\S+", text)
        return (_joined(words, columns - 1) or shortened(words[0], columns - 1)).rstrip(CUT) + CUT
    match = re.match(_BUCKET, text)
    head = match[0] if match and match.end() < len(text) else ""
    if width(head) + 1 + width(_end(text[len(head) :])) > columns:
        head = ""
    rest, room = text[len(head) :], columns - width(head) - 1
    kept = _joined(re.findall(_PIECES, rest), room, last=True)
    return f"{head}{CUT}{kept or _cut(rest, room, last=True)}"


def least(text: str) -> int:
    """Return the width to which a text can be shortened without a cut inside a word."""
    if match := re.fullmatch(_PAIR, text):
        return 1 + width(CUT) + least(match[2])
    first, *more = without_accounts(text).split() or [""]
    own = min(width(first), 1 + width(_end(first)))
    return own + 1 if more else own


def _end(text: str) -> str:
    """Return the last parts of a path that say something: not `*` alone."""
    end = ""
    for piece in reversed(re.findall(_PIECES, text)):
        end = piece + end
        if width(end) >= TELLING:
            break
    return end


def lines_of(text: str, columns: int | None, hang: int = 0) -> list[str]:
    """Return the text as lines of at most ``columns``, the later ones indented by ``hang``.

    A line ends between words, or within an address after a separator; a word that is longer than a
    line stays whole.
    """
    spans = spans_of(text, columns, hang)
    return [" " * (hang if at else 0) + text[a:b] for at, (a, b) in enumerate(spans)]


def spans_of(text: str, columns: int | None, hang: int = 0) -> list[tuple[int, int]]:
    """Return the first position of each line, and the one after its last, as `lines_of` has it."""
    if columns is None or width(text) <= columns:
        return [(0, len(text))]
    spans, start, end, used = list[tuple[int, int]](), 0, 0, 0
    for first, last in _words(text, max(columns - hang, 1)):
        needed = width(text[end:last])
        if end > start and used + needed > columns:
            spans.append((start, end))
            start, used, needed = first, hang, width(text[first:last])
        used, end = used + needed, last
    return [*spans, (start, end)]


def _words(text: str, columns: int) -> Iterator[tuple[int, int]]:
    """Yield the positions of each word, and of the parts of a word that is longer than a line."""
    for match in re.finditer(r"^\s*\S*|\S+", text):
        at = match.start()
        whole = width(match[0]) <= columns
        for piece in [match[0]] if whole else re.findall(_PIECES, match[0]):
            for part in [piece] if whole else _parts(piece):
                yield at, at + len(part)
                at += len(part)


def _parts(piece: str) -> Iterator[str]:
    """Yield what a line may end after: each wide character, as in Japanese, and the rest."""
    narrow = ""
    for cluster, columns in _clusters(piece):
        narrow += cluster
        if columns > 1:
            yield narrow
            narrow = ""
    if narrow:
        yield narrow


def _joined(pieces: Sequence[str], columns: int, *, last: bool = False) -> str:
    """Return the first pieces that fit, or the last ones."""
    kept = ""
    for piece in reversed(pieces) if last else pieces:
        longer = piece + kept if last else kept + piece
        if width(longer) > columns:
            break
        kept = longer
    return kept


def _cut(text: str, columns: int, *, last: bool = False) -> str:
    return _joined([cluster for cluster, _ in _clusters(text)], columns, last=last)


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield each character with the marks that combine with it, and its width."""
    cluster, columns = "", 0
    for char in text:
        own = _width(char)
        if cluster and own == 0:
            cluster += char
            columns = max(columns, 2) if char == _EMOJI else columns
            continue
        if cluster:
            yield cluster, columns
        cluster, columns = char, own
    if cluster:
        yield cluster, columns


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1

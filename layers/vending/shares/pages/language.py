"""Chooses the language of a page by what the browser asks for (RFC 9110, 12.5.4)."""

import re
from collections.abc import Sequence
from typing import Literal

type Language = Literal["en", "ja"]

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*"
)
_SPOKEN: dict[str, Language] = {"en": "en", "ja": "ja"}


def language_of(accept: Sequence[str]) -> Language:
    """The language that these headers ``Accept-Language`` rank first; English if in doubt."""
    best: tuple[float, Language] = (0.0, "en")
    for part in ",".join(accept)[:1000].split(","):
        match = _RANGE.fullmatch(part)
        language = match and _SPOKEN.get(match[1].lower())
        if match and language and (quality := float(match[2] or 1)) > best[0]:
            best = (quality, language)
    return best[1]

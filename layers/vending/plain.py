"""Looks for control characters and lone surrogates, in keys, claims and positions in lists."""

import re

_NOT_PLAIN = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"


def has_no_control(text: str) -> bool:
    """Whether ``text`` has no control character and no lone surrogate; printable text has none."""
    return text.isprintable() or not re.search(_NOT_PLAIN, text)

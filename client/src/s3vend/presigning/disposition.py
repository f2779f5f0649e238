"""Content-Disposition for a file name in any language, after RFC 6266 and RFC 8187."""

import unicodedata
from urllib.parse import quote

from s3vend.errors import SettingsError

NAME_BYTES = 255  # the longest name that file systems take
_ATTR_CHARACTERS = "!#$&+-.^_`|~"  # beside letters and digits, in an RFC 8187 value


def attachment(name: str) -> str:
    """Return a `Content-Disposition` that makes browsers save the file under ``name``.

    A name beyond ASCII is given twice: approximated for old programs, and exactly in UTF-8.

    Raises:
        SettingsError: the name is empty, a path, too long, or has control characters.
    """
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        encoded = b""
    controls = any(unicodedata.category(one) in ("Cc", "Zl", "Zp") for one in name)
    if controls or not 1 <= len(encoded) <= NAME_BYTES or {"/", "\\"} & {*name}:
        raise SettingsError(
            f"{name!r} is not a file name to save as; use 1 to {NAME_BYTES} bytes of UTF-8 without "
            "slashes and control characters"
        )
    if name.isascii() and not {'"', "%"} & {*name}:
        return f'attachment; filename="{name}"'
    exact = quote(encoded, safe=_ATTR_CHARACTERS)
    return f"attachment; filename=\"{_approximated(name)}\"; filename*=UTF-8''{exact}"


def _approximated(name: str) -> str:
    """The name in ASCII: without accents, and with ``_`` for what then remains."""
    parts = unicodedata.normalize("NFKD", name)
    letters = (one for one in parts if not unicodedata.combining(one))
    return "".join(one if " " <= one <= "~" and one not in '"%\\/' else "_" for one in letters)

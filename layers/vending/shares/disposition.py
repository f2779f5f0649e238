"""The Content-Disposition that makes browsers save a file under a name (RFC 6266 and 8187)."""

import re
import unicodedata

from vending.documents.sharing_fields import FILE_NAME
from vending.sigv4.presign import encode_path

_HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")  # categories of what cannot be seen
_NOT_TOKEN = re.compile(r"[^A-Za-z0-9 ()+,.=@\[\]_-]")
_NOT_ATTR = re.compile(r"[~/]")  # RFC 8187 takes "~", and some clients do not


def attachment(name: str) -> str:
    """The header's value for a name from a key or a person."""
    saved = saved_name(name)
    plain = _NOT_TOKEN.sub("_", saved)
    extended = _NOT_ATTR.sub(lambda one: f"%{ord(one[0]):02X}", encode_path(saved))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}"


def saved_name(key: str) -> str:
    """The last segment of a key without what could mislead, at most ``FILE_NAME`` characters."""
    last = key.rstrip("/").rpartition("/")[2]
    shown = "".join(one for one in last if unicodedata.category(one) not in _HIDDEN)
    plain = re.sub(r'[\\:*?"<>|]', "_", shown).strip(" .") or "file"
    if len(plain) <= FILE_NAME:
        return plain
    stem, dot, kind = plain.rpartition(".")
    if not dot or len(kind) > 16:
        return plain[:FILE_NAME]
    return f"{stem[: FILE_NAME - len(kind) - 1]}.{kind}"

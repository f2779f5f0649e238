"""Content types: which browsers show without running scripts, and which a grant allows.

Types that can run scripts: https://mimesniff.spec.whatwg.org/#scriptable-mime-type
"""

from collections.abc import Iterable

_INERT_KINDS = frozenset({"audio", "font", "image", "video"})
_INERT = frozenset(
    {
        *("text/calendar", "text/csv", "text/markdown", "text/plain", "text/tab-separated-values"),
        *("application/gzip", "application/json", "application/msword", "application/pdf"),
        *("application/octet-stream", "application/rtf", "application/x-7z-compressed"),
        *("application/x-ndjson", "application/x-tar", "application/zip", "application/zstd"),
    }
)
_INERT_PREFIX = "application/vnd."


def is_inert(content_type: str) -> bool:
    """Whether no browser runs scripts in this type; False if in doubt, and for all XML."""
    essence = _essence(content_type)
    kind = essence.partition("/")[0]
    known = kind in _INERT_KINDS or essence in _INERT or essence.startswith(_INERT_PREFIX)
    return known and not essence.endswith("+xml")


def is_among(content_type: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern matches: a type such as ``image/png``, or a kind such as ``image/*``."""
    essence = _essence(content_type)
    return not {essence, f"{essence.partition('/')[0]}/*"}.isdisjoint(patterns)


def _essence(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()

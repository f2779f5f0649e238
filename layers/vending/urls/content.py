"""Content types: which a browser shows without running anything in them, and which a grant takes.

What browsers run: https://mimesniff.spec.whatwg.org/#scriptable-mime-type
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
    """Whether no browser runs it; in doubt it does. XML may hold scripts under any name."""
    essence = _essence(content_type)
    kind = essence.partition("/")[0]
    known = kind in _INERT_KINDS or essence in _INERT or essence.startswith(_INERT_PREFIX)
    return known and not essence.endswith("+xml")


def is_among(content_type: str, patterns: Iterable[str]) -> bool:
    """Whether it is one of these types, or of a kind that is named as ``image/*``."""
    essence = _essence(content_type)
    return not {essence, f"{essence.partition('/')[0]}/*"}.isdisjoint(patterns)


def _essence(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()

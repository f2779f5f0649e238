"""Arguments that are one target or an iterable of them; a text is one, never its letters."""

from collections.abc import Iterable, Mapping

from s3vend.errors import SettingsError

Targets = str | Iterable[str]


def items_of(value: object, wanted: str) -> list[object]:
    """Return the items of an iterable; ``wanted`` is what one of them is, for messages.

    Raises:
        SettingsError: it is not an iterable, or one of bytes or of names.
    """
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, Mapping)):
        return list(value)
    raise SettingsError(f"Give {wanted}, or an iterable of these; not {type(value).__name__}.")


def target_members(targets: Targets) -> dict[str, object]:
    """Return the members of a request for credentials: `target`, or `targets`.

    Raises:
        SettingsError: a target is not a text.
    """
    wanted = "a target (s3://bucket/key or s3://bucket/prefix/*)"
    if isinstance(targets, str):
        return {"target": targets}
    items = items_of(targets, wanted)
    for position, item in enumerate(items):
        if not isinstance(item, str):
            raise SettingsError(f"Item {position}: give {wanted}, not {type(item).__name__}.")
    return {"targets": items}

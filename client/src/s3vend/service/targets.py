"""Arguments that are one target or an iterable of them: a text is one target, not its letters."""

from collections.abc import Iterable, Mapping
from typing import Literal

from s3vend.errors import SettingsError

Targets = str | Iterable[str]
Permission = Literal["READ", "WRITE", "READWRITE"]
OwnTargets = Mapping[Permission, Targets | None]

WANTED = "a target (s3://bucket/key or s3://bucket/prefix/*)"


def items_of(value: object, wanted: str, where: str = "") -> list[object]:
    """Return the items of an iterable.

    ``wanted`` is what one of them is, and ``where`` the beginning of a message.

    Raises:
        SettingsError: it is not an iterable, or one of bytes or of names.
    """
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, Mapping)):
        return list(value)
    raise SettingsError(
        f"{where}Give {wanted}, or an iterable of these; not {type(value).__name__}."
    )


def wanted_members(
    target: Targets | None, permission: Permission | None, own: OwnTargets
) -> dict[str, object]:
    """Return the members of a request for credentials that say what is wanted.

    ``permission`` is that of ``target``, READ if absent; ``own`` are targets by permission.

    Raises:
        SettingsError: there is no target, a target is not a text, or ``permission`` has no target.
    """
    shared = None if target is None else _texts(target, "")
    with_own: list[object] = [
        {"target": text, "permission": each}
        for each, targets in own.items()
        if targets is not None
        for text in _texts(targets, f"{each.lower()}=: ")
    ]
    if not shared and not with_own:
        raise SettingsError(f"There is no target. Give {WANTED}, or read=, write= or readwrite=.")
    if shared is None and permission is not None:
        raise SettingsError(
            "permission= says what target may be used for, and there is no target; "
            "read=, write= and readwrite= name their permission themselves."
        )
    members: dict[str, object] = {"permission": permission or "READ"} if shared else {}
    if isinstance(target, str) and not with_own:
        return members | {"target": target}
    return members | {"targets": [*(shared or ()), *with_own]}


def _texts(targets: Targets, where: str) -> list[str]:
    """Return the targets as a list; ``where`` begins the message of an error."""
    if isinstance(targets, str):
        return [targets]
    texts: list[str] = []
    for position, item in enumerate(items_of(targets, WANTED, where)):
        if not isinstance(item, str):
            raise SettingsError(
                f"{where}Item {position}: give {WANTED}, not {type(item).__name__}."
            )
        texts.append(item)
    return texts

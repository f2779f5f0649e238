"""Links for people that open what `s3vend who-can` asks about: to anybody who has one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.text import counted
from s3vend.service.pages import pages

if TYPE_CHECKING:
    from s3vend.service.connect import Service

ROUTE = "/admin/shares"
KINDS = {"READ": "download", "WRITE": "upload"}  # no link gives both


def links_to(
    service: "Service", target: str, permission: str, *, quiet: bool
) -> list[dict[str, Any]] | None:
    """Return the live and resting shares that give the permission on some of the keys.

    None if the service does not list them, which is said unless ``quiet``: where the stack has no
    shares the route does not exist, and API Gateway answers as it answers unknown callers.
    """
    from s3vend.errors import NotAuthenticated, NotFound, UnexpectedAnswer

    if permission not in KINDS:
        return []
    try:
        found = list(pages(service, ROUTE, "shares", target=target))
    except (NotAuthenticated, NotFound, UnexpectedAnswer) as error:
        if not quiet:
            say(
                f"links could not be looked at ({error.status} {error.code}): the service has "
                "none, or this identity may not list them"
            )
        return None
    return [share for share in found if share["kind"] == KINDS[permission]]


def links_sentence(shares: Sequence[Mapping[str, Any]], target: str, permission: str) -> str:
    """Return who has the permission by one of the links, which are not none."""
    keys = f"keys of {target}" if target.endswith("/*") else target
    counts = []
    for state in ("live", "resting"):
        of_state = [share for share in shares if share["state"] == state]
        secret = sum(bool(share["password"]) for share in of_state)
        behind = f" ({secret} behind a password)" if secret else ""
        counts += [f"{counted(len(of_state), f'{state} link')}{behind}"] if of_state else []
    return f"anybody with a link can {permission} {keys}: {', '.join(counts)}"

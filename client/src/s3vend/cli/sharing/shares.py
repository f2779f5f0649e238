"""`s3vend shares`, `s3vend unshare`: shows links for people, and takes them back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.arguments import parse_target
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.completion import share_ids
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import REFUSED, Refusal
from s3vend.cli.terminal.text import counted, put_json, put_members, put_table
from s3vend.service.pages import pages

if TYPE_CHECKING:
    from s3vend.service.connect import Service

Admin = Annotated[
    bool, typer.Option("--admin", help="Shares of everybody, not yours alone; for administrators.")
]
# What a link that is taken back has just given, and how long that works, by the link's kind.
GOES_ON = {
    "download": "a URL for a download for 60 seconds",
    "upload": "a URL for an upload for 10 minutes",
}


def shares(
    options: Options,
    *,
    share: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Show all of this share.", autocompletion=share_ids),
    ] = None,
    admin: Admin = False,
    target: Annotated[
        str | None,
        typer.Option("--target", help="With --admin: only live and resting shares of these keys."),
    ] = None,
) -> None:
    """List your links, newest first, or show one; never the link itself.

    STATE is `live`, `resting` (you were not seen for a while; your next request, such as this one,
    wakes the link), `expired`, `used up`, `taken back`, `ended` (by a revocation), or `refused`
    (the grant does not allow it now). UNTIL is when the link ends at the latest, as its grant is
    now. Links are listed until 30 days after their end.
    """
    from s3vend.cli.sharing.shown import COLUMNS, members, owner_text, row, size_cell
    from s3vend.sharing.entries import share_of
    from s3vend.sharing.face import ALL, OWN

    if target is not None and (not admin or share is not None):
        raise Refusal("--target is for the list of all shares; use it with --admin and without ID")
    if share is not None:
        answer = _asked(options.service(), "GET", share, admin=admin)
        if options.is_json:
            put_json(answer)
        else:
            put_members(list(members(share_of(answer))))
        return
    query = {} if target is None else {"target": parse_target(target)}
    found = list(pages(options.service(), ALL if admin else OWN, "shares", **query))
    if options.is_json:
        put_json({"shares": found})
        return
    listed = [share_of(one) for one in found]
    more: dict[str, list[str | None]] = {
        "SIZE": [size_cell(one) for one in listed],
        "OWNER": [owner_text(one.owner) for one in listed],
        "LABEL": [one.label for one in listed],
    }
    extra = {name: cells for name, cells in more.items() if any(cells)}
    rows = [(*row(one), *cells) for one, *cells in zip(listed, *extra.values(), strict=True)]
    put_table((*COLUMNS, *extra), rows)
    if not listed and not options.quiet:
        say("there are no shares; s3vend share makes one")


def unshare(
    options: Options,
    *,
    ids: Annotated[
        list[str],
        typer.Argument(
            metavar="ID", help="Id, as s3vend shares lists it.", autocompletion=share_ids
        ),
    ],
    admin: Admin = False,
) -> None:
    """Take links back, for good.

    A link stops at once. What it gave just before goes on for a moment: a URL for a download for 60
    seconds, one for an upload for 10 minutes. Exits with 1 if there is no share with one of the
    ids; the others are taken back.
    """
    from s3vend.sharing.face import route_of

    unique = list(dict.fromkeys(ids))
    for id_ in unique:
        route_of(id_, admin=admin)  # all of them can be ids, before the first is taken back
    service, taken = options.service(), list[Any]()
    missing: list[Refusal] = []
    try:
        for id_ in unique:
            try:
                taken.append(_asked(service, "DELETE", id_, admin=admin))
            except Refusal as error:
                missing.append(error)
                continue
            if not options.quiet and not options.is_json:
                say(f"{id_} is taken back")
    finally:
        if options.is_json and taken:
            put_json({"shares": taken})
    kinds = {one.get("kind") for one in taken}
    goes_on = [text for kind, text in GOES_ON.items() if kind in kinds]
    if goes_on and not options.quiet:
        say(f"what a link has just given goes on: {', '.join(goes_on)}")
    if len(unique) == 1 and missing:
        raise missing[0]
    if missing:
        for one in missing:
            say(f"failed: {one}")
        raise Refusal(f"{counted(len(missing), 'share')} could not be found", REFUSED)


def _asked(service: "Service", method: str, id_: str, *, admin: bool) -> dict[str, Any]:
    """Read one share, or take it back.

    Raises:
        Refusal: there is none with this id.
    """
    from s3vend.errors import NotFound
    from s3vend.sharing.face import route_of

    route = route_of(id_, admin=admin)
    try:
        return service.read(route) if method == "GET" else service.end(route)
    except NotFound as error:
        whose = "" if admin else " of yours"
        rest = "" if admin else "; an administrator reaches those of others with --admin"
        raise Refusal(
            f"no share{whose} has the id {id_}; s3vend shares lists them{rest}",
            REFUSED,
            name=error.code,
            request_id=error.problem.request_id,
        ) from None


def add(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "shares", shares, ("s3vend shares", "s3vend shares 0123456789abcdef"))
    command(app, "unshare", unshare, ("s3vend unshare 0123456789abcdef",))

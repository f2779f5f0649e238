"""The links of the corpus: each token is one letter, and each share what its name says."""

from datetime import datetime, timedelta
from typing import Any

from tests.attacks.attack import BUCKET, Event, event
from tests.support.make import ACCOUNT, caller
from vending.aws.table.items import item
from vending.aws.table.shares import write
from vending.callers.caller import Caller
from vending.denials.ended import ALL, caller_ended, later
from vending.denials.names import caller_part
from vending.grants.grantee import IamGrantee
from vending.grants.keys import Keys
from vending.grants.sharing import Sharing
from vending.shares.owner import Owner
from vending.shares.owners.effects import NewShare
from vending.shares.password import StoredPassword
from vending.shares.share import Share, Used
from vending.shares.standing import Ticket
from vending.shares.token import hash_of
from vending.table import ended_key, share_key

S3 = f"s3://{BUCKET}"


def of(name: str, unique_id: str = "AIDA2EXAMPLEEXAMPLE1") -> Caller:
    return caller(f"arn:aws:iam::{ACCOUNT}:user/{name}", unique_id=unique_id)


def grantee(name: str) -> IamGrantee:
    return IamGrantee(of(name).identity.principal)  # type: ignore[union-attr]


ME, BLOCKED, REMADE, LEAVER, REVOKED = (
    of(name) for name in ("AssumeS3User", "Blocked", "Remade", "Leaver", "Revoked")
)
ON = {"sharing": Sharing()}
GRANTS: list[tuple[str, str, dict[str, Any]]] = [
    ("shared", f"{S3}/shared/* READWRITE", ON),
    ("office", f"{S3}/office/* READ", ON | {"source_ip": ("203.0.113.0/24",)}),
    ("closed-shared", f"{S3}/closed-shared/* READ", ON),
    *(
        (f"of-{who.lower()}", f"{S3}/of/{who}/* READ", ON | {"grantee": grantee(who)})
        for who in ("Blocked", "Remade", "Leaver", "Revoked")
    ),
]


class Token:
    """The tokens, by what is behind them."""

    FILE, FOLDER, INBOX, LOCKED, GONE, EXPIRED, USED, FULL = (one * 32 for one in "abcdefgh")
    BLOCKED, REMADE, LEAVER, REVOKED, UNSHARED, NARROWED, OFFICE, MOVED = (
        one * 32 for one in "ijklmnop"
    )
    LOCKED_GONE, NOBODYS = "q" * 32, "z" * 32
    TICKET, OTHERS_TICKET, OLD_TICKET = "2" * 32, "3" * 32, "4" * 32


ID_OF_FILE, ID_OF_BOBS = "0" * 15 + "a", "0" * 15 + "b"
MINE, WEEK = Keys(BUCKET, "shared/a.csv"), timedelta(days=7)
FOLDER, INBOX = (Keys(BUCKET, f"shared/{one}/", is_prefix=True) for one in ("folder", "inbox"))


def fill(dynamodb: Any, now: datetime) -> None:
    """Write them all."""
    secret = StoredPassword.of("correct horse", bytes(16))
    for token, target, more in (
        (Token.FILE, MINE, {"id": ID_OF_FILE}),
        (Token.FOLDER, FOLDER, {}),
        (Token.INBOX, INBOX, {"kind": "upload", "max_uses": 5, "max_size": 1000}),
        (Token.LOCKED, MINE, {"password": secret, "id": "0" * 15 + "d"}),
        (Token.LOCKED_GONE, MINE, {"password": secret, "used": Used(taken=now)}),
        (Token.GONE, MINE, {"used": Used(taken=now)}),
        (Token.EXPIRED, MINE, {"expires": now - timedelta(seconds=1)}),
        (Token.USED, MINE, {"max_uses": 1, "used": Used(uses=1)}),
        (Token.FULL, INBOX, {"kind": "upload", "max_size": 10, "used": Used(bytes=10)}),
        (Token.BLOCKED, _key("of/Blocked/a"), {"owner": BLOCKED, "grant": "of-blocked"}),
        (Token.REMADE, _key("of/Remade/a"), {"owner": REMADE, "grant": "of-remade"}),
        (Token.LEAVER, _key("of/Leaver/a"), {"owner": LEAVER, "grant": "of-leaver"}),
        (Token.REVOKED, _key("of/Revoked/a"), {"owner": REVOKED, "grant": "of-revoked"}),
        (Token.UNSHARED, _key("reports/a"), {"grant": "reports"}),
        (Token.NARROWED, Keys(BUCKET, "", is_prefix=True), {}),
        (Token.OFFICE, _key("office/a"), {"grant": "office"}),
        (Token.MOVED, MINE, {"grant": "a-grant-of-before"}),
    ):
        _write(dynamodb, now, token, target, more)
    for token, share, until in (
        (Token.TICKET, "0" * 15 + "d", now + timedelta(hours=1)),
        (Token.OTHERS_TICKET, ID_OF_FILE, now + timedelta(hours=1)),
        (Token.OLD_TICKET, "0" * 15 + "d", now - timedelta(seconds=1)),
    ):
        write.save_ticket(dynamodb, "grants", hash_of(token) or "", Ticket(share, until))
    for part, time in (
        (caller_ended(caller_part(REVOKED.identity)), now + timedelta(days=1)),
        (ALL, now - timedelta(days=1)),
    ):
        dynamodb.put_item(TableName="grants", Item=item(ended_key(part), later(None, time)))


def _key(key: str) -> Keys:
    return Keys(BUCKET, key)


def _write(dynamodb: Any, now: datetime, token: str, target: Keys, more: dict[str, Any]) -> None:
    owner = more.pop("owner", ME)
    used = more.pop("used", Used())
    members: dict[str, Any] = {
        "id": (hash_of(token) or "")[:16].translate(str.maketrans("wxyz", "0123")),
        "kind": "download",
        "grant": "shared",
        "expires": now + WEEK,
    } | more
    share = Share(
        target=target,
        owner=owner.identity,
        grantee=owner.identity.grantee_keys[0],
        created=now - timedelta(minutes=1),
        **members,
    )
    seen = Owner(owner.identity, now)
    if owner is LEAVER:
        seen = Owner(owner.identity, now - timedelta(days=8))
    if owner is REMADE:
        seen = Owner(of("Remade", "AIDA2EXAMPLEEXAMPLE9").identity, now)
    write.save(dynamodb, "grants", NewShare(share, hash_of(token) or "", seen, {}))
    names = {"#uses": "uses", "#bytes": "bytes", "#taken": "taken"}
    values = {":uses": {"N": str(used.uses)}, ":bytes": {"N": str(used.bytes)}}
    change = "SET #uses = :uses, #bytes = :bytes"
    if used.taken:
        values[":taken"] = {"S": used.taken.isoformat()}
        change += ", #taken = :taken"
    else:
        del names["#taken"]
    dynamodb.update_item(
        TableName="grants",
        Key=item(share_key(share.id)),
        UpdateExpression=change,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )


def look(token: str, **headers: str) -> Event:
    """Opens a link; a preview does no more."""
    return _at(event("link"), token, headers)


def post(token: str, body: str = "do=download", **headers: str) -> Event:
    """Posts a form to a link."""
    return _at(event("link-use") | {"body": body}, token, headers)


def script(token: str, body: str) -> Event:
    """Posts what a script would."""
    return post(token, body, **{"Content-Type": "application/json"})


def _at(made: Event, token: str, headers: dict[str, str]) -> Event:
    made["pathParameters"] = {"token": token}
    for name, value in headers.items():
        made["multiValueHeaders"][name] = [value]
    return made

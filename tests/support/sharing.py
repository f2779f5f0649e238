"""Shares on a table of moto's, with a clock that tests set, and STS and S3 as fakes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from secrets import token_bytes
from typing import Any
from urllib.parse import unquote

from tests.support.make import NOW, ROLE_ARN, Sts, caller, grant, location, rates
from tests.support.stack.tables import TABLE
from vending.audit.record import Record
from vending.aws.environment.runtime import new_id
from vending.aws.table import catalogue, grants, revocations, uploads
from vending.aws.table.shares import owners, read, tries, write
from vending.callers.caller import Caller
from vending.catalogue.batches import batches
from vending.catalogue.changes import Change
from vending.decision.effects import Rates
from vending.denials.denials import Denials, Place
from vending.denials.holders import encode
from vending.denials.names import caller_part, grant_part
from vending.errors import VendingError
from vending.grants.grant import Grant
from vending.grants.location import Location
from vending.grants.sharing import Sharing
from vending.revocations.revocation import Revocation, revocation_id
from vending.sessions.session import Credentials, Session
from vending.sessions.signing_sessions import SigningSessions
from vending.shares.listing import ListedKey, Listing
from vending.shares.opening.effects import OpenEffects
from vending.shares.opening.opening import show
from vending.shares.opening.tries import TryEffects
from vending.shares.opening.views import View
from vending.shares.owner import Owner
from vending.shares.owners import own
from vending.shares.owners.create import create
from vending.shares.owners.effects import ShareEffects
from vending.shares.owners.request import ShareRequest
from vending.shares.uploading.posted import answer_form, answer_script
from vending.sigv4.presign import Named
from vending.table import HOLDERS, grants_key, plan_key

BASE = "https://vend.example.com/v1"
BUCKET = "bkt"
FILE, FOLDER, INBOX = f"s3://{BUCKET}/a/b.csv", f"s3://{BUCKET}/a/*", f"s3://{BUCKET}/in/*"
OPENER = "198.51.100.9"


def shared(line: str = f"s3://{BUCKET}/* READWRITE", **members: object) -> Grant:
    """A grant that allows sharing."""
    return grant(line, **{"sharing": Sharing()} | members)


class LastingSts(Sts):
    """STS by the world's clock."""

    def __init__(self, world: "World") -> None:
        super().__init__()
        self.world = world

    def assume_role(self, session: Session, session_id: str) -> Credentials:
        self.asked.append((session, session_id))
        ends = self.world.now + timedelta(seconds=session.duration)
        return Credentials("ASIAEXAMPLE", "a-secret", "a-token/+=", ends)


@dataclass
class World:
    """A table with grants; every request reads it anew."""

    dynamodb: Any
    now: datetime = NOW
    rates: Rates = field(default_factory=rates)
    revision: int = 0
    started: list[tuple[str, Named]] = field(default_factory=list)
    aborted: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)  # in the bucket
    records: list[Record] = field(default_factory=list)
    broken: Callable[[str], None] = lambda _: None  # called before each effect of opening
    ids: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.sts = LastingSts(self)
        self.sessions = SigningSessions(self.sts.assume_role, new_id, lambda: self.now)

    # --- what is granted and revoked

    def apply(self, *changes: Change) -> None:
        for batch in batches(changes, self._stored(changes)):
            self.revision = catalogue.commit(self.dynamodb, TABLE, batch, self.revision)

    def _stored(self, changes: Any) -> Any:
        keys = {
            key
            for change in changes
            if change.kind == "grant"
            for entry in change.entries
            for key in [_decision_key(entry)]
        }
        return catalogue.decision_grants(self.dynamodb, TABLE, keys)

    def grants(self, *found: Grant, before: Mapping[str, Grant] = {}) -> "World":
        self.apply(*(Change("grant", one.id, "", before.get(one.id), one) for one in found))
        return self

    def without(self, gone: Grant) -> None:
        self.apply(Change("grant", gone.id, "", gone, None))

    def locations(self, *found: Location) -> "World":
        self.apply(*(Change("location", one.id, "", None, one) for one in found))
        return self

    def later(self, **delta: float) -> "World":
        self.now += timedelta(**delta)
        return self

    def deny(self, *places: tuple[Place, datetime | None], **holders: Any) -> None:
        """What a reconciler writes: these denials and no others."""
        before, holders_before = revocations.denials_texts(self.dynamodb, TABLE)
        revocations.save_denials(self.dynamodb, TABLE, Denials.of(places).encode(), before)
        text = encode(holders.get("holders", {}))
        revocations.save_denials(self.dynamodb, TABLE, text, holders_before, key=HOLDERS)

    def revoke(self, place: Place | None, kind: Any = "sessions", **more: Any) -> Revocation:
        """What a revocation writes, before any reconciler."""
        id_ = revocation_id(self.now, token_bytes(5))
        found = Revocation(id_, kind, {}, place, "why", {}, self.now, **more)
        revocations.add(self.dynamodb, TABLE, found)
        return found

    def lift(self, block: Revocation) -> None:
        revocations.lift(self.dynamodb, TABLE, block, block.lift(self.now, {}))

    def seen(self, who: Caller) -> None:
        owners.touch(self.dynamodb, TABLE, Owner(who.identity, self.now))

    # --- what owners do

    def owners(self) -> ShareEffects:
        return ShareEffects(
            **self._shared(),
            new_id=lambda: revocation_id(self.now, next(self.ids).to_bytes(5)),
            random=token_bytes,
            base_url=lambda: BASE,
            read_ended=self._on(read.ended),
            save=self._on(write.save),
            owned=self._on(read.owned),
            every=self._on(read.every),
            standings=self._on(read.standings),
            take=self._on(write.take),
        )

    def make(self, target: object = FILE, by: Caller | None = None, **members: Any) -> str:
        """Make a share; returns its token."""
        if "sender" in members:
            members["from"] = members.pop("sender")
        body = {"target": target, "kind": "download", "expiresIn": "7d"} | members
        request = ShareRequest.model_validate(body)
        made = create(by or caller(), request, self.record(), self.owners())
        assert made.url.startswith(f"{BASE}/s/")
        self.last = made.share.id
        return made.url.removeprefix(f"{BASE}/s/")

    def state(self, id_: str | None = None, by: Caller | None = None) -> dict[str, Any]:
        return own.read_own(by or caller(), id_ or self.last, self.owners())

    def take_back(self, id_: str | None = None, by: Caller | None = None) -> dict[str, Any]:
        return own.take_own(by or caller(), id_ or self.last, self.record(), self.owners())

    # --- what openers do

    def opening(self) -> OpenEffects:
        return OpenEffects(
            **self._shared(),
            lasting_until=self.sessions.lasting_until,
            s3_endpoint="",
            start=self._start,
            abort=self.aborted.append,
            save=partial(self._on(uploads.save_upload), key_of=plan_key),
            load=partial(self._on(uploads.load_upload), key_of=plan_key),
            new_id=new_id,
            find=self._on(read.find),
            read=self._on(read.read),
            use=self._on(write.use),
            tries=TryEffects(self._on(tries.read), self._on(tries.replace), new_id, self.now),
            save_ticket=self._on(write.save_ticket),
            list_keys=self._list,
            random=token_bytes,
            base_url=lambda: BASE,
        )

    def get(self, token: str, source_ip: str = OPENER) -> View:
        return show(token, source_ip, self.opening())

    def post(self, token: str, do: str = "download", source_ip: str = OPENER, **more: str) -> Any:
        """The page, or the URL that a file has."""
        fields = {"do": do} | more
        return answer_form(token, fields, source_ip, self.record(), self.opening())

    def script(self, token: str, body: str, source_ip: str = OPENER) -> Any:
        return answer_script(token, body, source_ip, self.record(), self.opening())

    def record(self) -> Record:
        self.records.append(Record(new_id()))
        return self.records[-1]

    def _shared(self) -> dict[str, Any]:
        return {
            "load_grants": self._on(grants.load),
            "load_denials": self._on(grants.load_denials),
            "rates": self.rates,
            "role_arn": ROLE_ARN,
            "now": self.now,
            "never_lent": tuple,
        }

    def _on(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **named: Any) -> Any:
            self.broken(call.__name__)
            return call(self.dynamodb, TABLE, *args, **named)

        called.__name__ = call.__name__
        return called

    def _start(self, url: str, headers: Named) -> str:
        self.started.append((url, headers))
        return "an-s3-id"

    def _list(self, url: str) -> Listing:
        self.listed.append(url)
        found = re.search("[?&]start-after=([^&]*)", url)
        most = int(re.search("[?&]max-keys=([0-9]+)", url)[1])  # type: ignore[index]
        after = _unquoted(found[1]) if found else ""
        left = [one for one in sorted(self.keys, key=str.encode) if one.encode() > after.encode()]
        keys = tuple(ListedKey(one, len(one), self.now) for one in left[:most])
        return Listing(keys, truncated=len(left) > most)


def world_of(dynamodb: Any, *found: Grant) -> World:
    """A world with these grants, else with one that shares a whole bucket."""
    return World(dynamodb).locations(location(BUCKET)).grants(*(found or [shared()]))


def refusal(call: Callable[..., Any], *args: Any, **named: Any) -> tuple[str, str]:
    """The code and reason of the error that the call raises."""
    try:
        call(*args, **named)
    except VendingError as error:
        return error.code, error.reason
    raise AssertionError("nothing was refused")


def of_caller(who: Caller) -> Place:
    return Place("caller", caller_part(who.identity))


def of_grant(id_: str = "a-grant") -> Place:
    return Place("grant", grant_part(id_))


def _unquoted(text: str) -> str:
    return unquote(text)


def _decision_key(entry: Grant) -> Any:
    return grants_key(entry.grantee.table_key, entry.scope.bucket)

"""The catalogue in DynamoDB: reads its revision and history, and commits changes to it.

A question about a bucket reads the grants of all buckets: a query returns about 3,000 of them. An
index by bucket would be a second place that says who is granted what, and an answer from one that
is incomplete would be "nobody".
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from vending.aws.table.items import NO_REVISION, entries, item, read_items, transact
from vending.catalogue.batches import Batch, encode
from vending.catalogue.changes import Kind
from vending.catalogue.history import Event, first_key
from vending.catalogue.plan import buckets_to_judge
from vending.catalogue.proposal import (
    Stored,
    needs_all_grants,
    needs_all_locations,
    touched_ids,
)
from vending.denials.holders import Holders, decode
from vending.documents.document import ChangesRequest
from vending.documents.expectation import ExpectationBody
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import Unavailable
from vending.grants.grant import Grant
from vending.questions.standing import KINDS, Standing
from vending.staging.revision import Revision
from vending.table import HISTORY, HOLDERS, REVISION, Key, catalogue_key

TRIES = 3  # to read all entries at one revision
FOLLOWED = 300  # transactions whose history is read instead of all entries


def read_revision(client: Any, table: str) -> Revision:
    """The revision, and who writes the next one.

    Raises:
        Unavailable: DynamoDB failed.
    """
    found = read_items(client, table, [REVISION], consistent=True)
    return Revision.read(found.get(REVISION, NO_REVISION))


def revision(client: Any, table: str) -> int:
    """The number of the last change, for whoever reads entries; 0 for a new table.

    Raises:
        Unavailable: DynamoDB failed, or a staged change is between items that belong together.
    """
    found = read_revision(client, table)
    if found.half:
        raise Unavailable("HalfWritten")
    return found.number


def blocked(client: Any, table: str) -> list[Holders]:
    """The holders of claims whom a standing block refuses.

    Raises:
        Unavailable: DynamoDB failed.
    """
    denied = decode(read_items(client, table, [HOLDERS], consistent=True).get(HOLDERS))
    return [one for one, before in denied.items() if before is None]


def commit(
    client: Any, table: str, batch: Batch, revision: int, history: Iterable[Event] = ()
) -> int:
    """Write a whole batch and the history of its changes, or nothing, and return the new revision.

    Raises:
        PreconditionFailed: the table is no longer at ``revision``.
        Unavailable: DynamoDB failed.
    """
    after = revision + 1
    transact(client, table, (str(revision), str(after)), batch.writes, remembered(table, history))
    return after


def remembered(table: str, history: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """Yield the writes of the history's items; DynamoDB deletes them when they have expired."""
    for event in history:
        expires = {"ttl": {"N": str(int(event.until.timestamp()))}}
        made = item(event.key, encode(event.as_json())) | expires
        yield {"Put": {"TableName": table, "Item": made}}


def stored_for(client: Any, table: str, request: ChangesRequest) -> Stored:
    """The stored entries that a document may change or need.

    Raises:
        Unavailable: DynamoDB failed.
    """
    # All issuers: there are few, and the document's grants may need any of them.
    trusted = entries(client, table, "issuers", consistent=True)
    issuers = {key.sk: IssuerBody.stored_issuer(text) for key, text in trusted}

    def found[E](kind: Kind, read: Callable[[str], E], *, whole: bool) -> dict[str, E]:
        if whole:
            documents = dict(entries(client, table, f"{kind}s", consistent=True))
        else:
            keys = [catalogue_key(kind, id_) for id_ in touched_ids(request)[kind]]
            documents = read_items(client, table, keys, consistent=True)
        return {key.sk: read(text) for key, text in documents.items()}

    locations = found("location", LocationBody.stored_location, whole=needs_all_locations(request))
    whole = needs_all_grants(request, issuers, locations)
    grants = found("grant", GrantBody.stored_grant, whole=whole)
    expected = entries(client, table, "tests", consistent=True)
    tests = {key.sk: ExpectationBody.stored_expectation(text) for key, text in expected}
    stored = Stored(grants, issuers, locations, tests)
    buckets = buckets_to_judge(request, stored)
    near: Iterable[Grant] = () if whole or not buckets else _grants_near(client, table, buckets)
    places = [catalogue_key("location", bucket) for bucket in buckets - locations.keys()]
    documents = read_items(client, table, places, consistent=True)
    return replace(
        stored,
        near_grants=tuple(one for one in near if one.id not in grants),
        near_locations=tuple(map(LocationBody.stored_location, documents.values())),
    )


def _grants_near(client: Any, table: str, buckets: Collection[str]) -> Iterator[Grant]:
    """All grants in these buckets. Those of others are read too, since none is parsed."""
    scopes = tuple(f'"s3://{bucket}/' for bucket in buckets)
    for _, text in entries(client, table, "grants", consistent=True):
        if any(scope in text for scope in scopes):
            yield GrantBody.stored_grant(text)


def decision_grants(client: Any, table: str, keys: Iterable[Key]) -> dict[Key, list[Grant]]:
    """The grants of each decision item.

    Raises:
        Unavailable: DynamoDB failed.
    """
    documents = read_items(client, table, keys, consistent=True)
    return {key: GrantBody.stored_grants(document) for key, document in documents.items()}


def standing(client: Any, table: str, kept: Standing | None) -> Standing:
    """The catalogue as it is now; from ``kept``, if the history tells what has changed since.

    Raises:
        Unavailable: DynamoDB failed, or the catalogue kept changing while it was read.
    """
    now = revision(client, table)
    for _ in range(TRIES):
        if kept and kept.revision == now:
            return kept
        if kept and now - kept.revision <= FOLLOWED:
            since = entries(
                client, table, HISTORY, start=first_key(kept.revision + 1), consistent=True
            )
            if brought := kept.brought_to(now, (Event.read(*one) for one in since)):
                return brought
        # What changes while it is read is in the history of the revisions after ``now``.
        texts = {
            kind: {
                key.sk: text for key, text in entries(client, table, f"{kind}s", consistent=True)
            }
            for kind in KINDS
        }
        kept, now = Standing(now, texts), revision(client, table)
    if kept and kept.revision == now:
        return kept
    raise Unavailable("KeptChanging")


def history(client: Any, table: str) -> Iterator[Event]:
    """Yield the changes, from the newest on.

    Raises:
        Unavailable: DynamoDB failed.
        InternalError: an item is damaged.
    """
    for key, text in entries(client, table, HISTORY, consistent=True, backwards=True):
        yield Event.read(key, text)

"""Documents of the table back into what they were written from."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from vending.denials import NOTHING_DENIED, Denials
from vending.document import IssuerBody, LocationBody
from vending.errors import InternalError
from vending.grant_document import GrantBody
from vending.grants import Grant
from vending.issuer import Issuer
from vending.location import RegisteredLocation
from vending.revocation import Revocation


def grants_of(document: str) -> list[Grant]:
    """The grants of a decision's item; a damaged document raises InternalError."""
    with _stored():
        return [GrantBody.model_validate(one).grant() for one in json.loads(document)]


def grant_of(document: str) -> Grant:
    """The grant of a catalogue's item; a damaged document raises InternalError."""
    with _stored():
        return GrantBody.model_validate(json.loads(document)).grant()


def issuer_of(document: str) -> Issuer:
    """The issuer of a catalogue's item; a damaged document raises InternalError."""
    with _stored():
        return IssuerBody.model_validate(json.loads(document)).trusted()


def location_of(document: str) -> RegisteredLocation:
    """The location of either item; a damaged document raises InternalError."""
    with _stored():
        return LocationBody.model_validate(json.loads(document)).location()


def denials_of(document: str | None) -> Denials:
    """What is denied, by a decision's item if it is there; a damaged one raises InternalError."""
    with _stored():
        return NOTHING_DENIED if document is None else Denials.read(document)


def revocation_of(id_: str, document: str) -> Revocation:
    """The revocation of a catalogue's item; a damaged document raises InternalError."""
    with _stored():
        return Revocation.read(id_, document)


@contextmanager
def _stored() -> Iterator[None]:
    """What we wrote is not the caller's fault."""
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise InternalError("Something went wrong here.", reason="DamagedItem") from error

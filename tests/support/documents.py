"""Documents of ``vending.yaml``, and what comes of them."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from tests.support.make import NOW, ROLE_ARN, USER_ARN, location
from tests.support.tokens import AUDIENCE, ISSUER
from vending.bodies.parse import parse
from vending.callers.web_identity import has_keys
from vending.catalogue.changes import Change
from vending.catalogue.plan import plan
from vending.catalogue.proposal import Setting, Stored
from vending.documents.document import ChangesRequest
from vending.documents.expectation import ExpectationBody
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.errors import InvalidRequest

HERE = {"scope": "s3://bkt/*", "region": "ap-northeast-1"}
NOTHING = Stored({}, {}, {})
SETTING = Setting(ROLE_ARN, allow_local_issuers=False, has_keys=has_keys, now=NOW)

type Members = Mapping[str, object]


def line(id_: str = "a", **members: Any) -> dict[str, object]:
    """A grant, as in a document."""
    given = {"grantee": {"iam": USER_ARN}, "scope": "s3://bkt/a/*", "permission": "READ"}
    return {"id": id_} | given | members


def entry(url: str = ISSUER, **members: Any) -> dict[str, object]:
    """An issuer, as in a document."""
    return {"issuer": url, "audience": AUDIENCE} | members


def document(**members: object) -> ChangesRequest:
    """A document of these members."""
    return parse(ChangesRequest, json.dumps({"version": 1} | members, ensure_ascii=False))


def stored(
    *grants: Members, issuers: Iterable[Members] = (), tests: Iterable[Members] = ()
) -> Stored:
    """A table with one bucket, and these."""
    granted = [GrantBody.model_validate(one).grant() for one in grants]
    trusted = [IssuerBody.model_validate(one).trusted_issuer() for one in issuers]
    expected = [ExpectationBody.model_validate(one).expectation() for one in tests]
    return Stored(
        {one.id: one for one in granted},
        {one.id: one for one in trusted},
        {"bkt": location()},
        {one.id: one for one in expected},
    )


def planned(request: ChangesRequest, have: Stored, setting: Setting = SETTING) -> list[Change]:
    """The changes that the document asks for."""
    return plan(request, have, setting).changes


def faults(
    have: Stored | None = None, setting: Setting = SETTING, **members: object
) -> dict[str, str]:
    """What is wrong with a document of these members, by its pointer; nothing, if it is right."""
    try:
        planned(document(**members), have or stored(), setting)
    except InvalidRequest as error:
        return {fault.pointer: fault.detail for fault in error.faults}
    return {}


def in_parts(*parts: Any) -> dict[str, object]:
    """The body that stages a document of these parts."""
    hashes = (sha256(json.dumps(part).encode()).hexdigest() for part in parts)
    entries = {name: len(one) for part in parts for name, one in part.items()}
    return {
        "version": 1,
        "digest": sha256("".join(hashes).encode()).hexdigest(),
        "entries": entries or {"grants": 0},
        "parts": len(parts),
    }

"""An unknown member is answered with the one that was probably meant."""

import json

import pytest

from vending.bodies.body import Body
from vending.bodies.nearest import nearest_member
from vending.bodies.parse import parse
from vending.credentials.request import CredentialsRequest
from vending.documents.document import ChangesRequest
from vending.errors import FAULTS, InvalidRequest
from vending.revocations.request import RevocationRequest
from vending.uploads.request import UploadRequest
from vending.urls.request import UrlsRequest


@pytest.mark.parametrize(
    ("body", "path", "meant"),
    [
        (ChangesRequest, ("grant",), "grants"),
        (ChangesRequest, ("dry-run",), "dryRun"),
        (ChangesRequest, ("grants", 0, "maxduration"), "maxDuration"),
        (ChangesRequest, ("grants", 0, "max_duration"), "maxDuration"),
        (ChangesRequest, ("grants", 0, "maxDuraton"), "maxDuration"),
        (ChangesRequest, ("grants", 12, "expiry"), "expires"),
        (ChangesRequest, ("grants", 0, "descripton"), "description"),
        (ChangesRequest, ("grants", 0, "grantee", "subjects"), "subject"),
        (ChangesRequest, ("grants", 0, "rateLimit", "url"), "urls"),
        (ChangesRequest, ("issuers", 0, "audiences"), "audience"),
        (ChangesRequest, ("locations", 0, "kms"), "kmsKey"),
        (CredentialsRequest, ("duration",), "durationSeconds"),
        (CredentialsRequest, ("targets", 0, "own", "targt"), "target"),
        (UrlsRequest, ("requests", 0, "GET", "versionid"), "versionId"),
        (UrlsRequest, ("requests", 0, "PUT", "contentLenght"), "contentLength"),
        (UploadRequest, ("checksumalgorithm",), "checksumAlgorithm"),
        (RevocationRequest, ("caller", "claim"), "claims"),
    ],
)
def test_the_closest_name_is_found_at_any_depth(
    body: type[Body], path: tuple[int | str, ...], meant: str
) -> None:
    assert nearest_member(body, path) == meant


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (ChangesRequest, ("x",)),
        (ChangesRequest, ("",)),
        (ChangesRequest, ("grants", 0, "prefix")),
        (ChangesRequest, ("grants", 0, "max")),  # begins two names
        (ChangesRequest, ("locations", 0, "permission")),  # a member of another entry
        (UrlsRequest, ("requests", 0, "GET", "contentLength")),  # a member of another method
        (UrlsRequest, ("requests", 0, "DELETE", "versionId")),
        (ChangesRequest, ("grants" * 20_000,)),
    ],
)
def test_a_name_that_is_close_to_none_or_to_several_is_only_unknown(
    body: type[Body], path: tuple[int | str, ...]
) -> None:
    assert nearest_member(body, path) is None


@pytest.mark.invariant(13)
def test_the_answer_names_the_members_that_were_meant() -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(CredentialsRequest, '{"target": "s3://bkt/a", "Permission": "READ", "policy": "{}"}')
    assert [(fault.pointer, fault.detail) for fault in refused.value.faults] == [
        ("/Permission", "unknown member; did you mean 'permission'?"),
        ("/policy", "unknown member"),
    ]


def test_every_fault_that_is_listed_says_what_was_meant() -> None:
    grants = [{f"Scope{'-' * number}": 1 for number in range(90)}] * 300
    with pytest.raises(InvalidRequest) as refused:
        parse(ChangesRequest, json.dumps({"version": 1, "grants": grants}))
    unknown = [one.detail for one in refused.value.faults if "unknown" in one.detail]
    assert len(refused.value.faults) == FAULTS
    assert set(unknown) == {"unknown member; did you mean 'scope'?"}

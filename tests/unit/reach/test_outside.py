"""What spares a search: callers who surely share a value, by their grants alone."""

import pytest

from tests.proof.reaching import document, web
from tests.support.make import grant
from vending.grants.grant import Grant
from vending.grants.keys import Keys
from vending.reach.compare import apart
from vending.reach.outside import Alike

T = ("t",)
OWN = grant("s3://bkt/a/${claim.t}/* READ", id="own", grantee=web(g="users"))
TOO = grant("s3://bkt/a/${claim.t}/x READ", id="too", grantee=web("u"))
LATER = grant("s3://bkt/a/b/${claim.t}/* READ", id="later", grantee=web("u"))
PATH = grant("s3://bkt/${claim.g:path}/${claim.t}/* READ", id="path", grantee=web("u"))
FIRST = grant("s3://bkt/a/${claim.t}/${claim.g:path}/* READ", id="first", grantee=web("u"))
ACME = grant("s3://bkt/acme/* READ", id="acme", grantee=web(t="acme"))
ALSO = grant("s3://bkt/acme/x/* READ", id="also", grantee=web("u", t="acme"))
OTHER = grant("s3://bkt/acme/* READ", id="other", grantee=web(t="other"))


@pytest.mark.parametrize(
    ("sentence", "grants", "sure", "also_of_anybody"),
    [
        ("the value is the same segment of both keys", (OWN, TOO), True, True),
        ("also of one grant's callers", (OWN, OWN), True, True),
        ("also where a path comes after it", (OWN, FIRST), True, True),
        ("another segment need not be equal", (OWN, LATER), False, False),
        ("after a path, nobody knows which segment it is", (PATH, PATH), False, False),
        ("both grantees have the same value", (ACME, ALSO), True, False),
        ("the grantees have different values", (ACME, OTHER), False, False),
        ("one of them may have any value", (ACME, OWN), False, False),
    ],
)
def test_callers_are_surely_alike(
    sentence: str, grants: tuple[Grant, Grant], sure: bool, also_of_anybody: bool
) -> None:
    openings = [document([one]).openings[0] for one in grants]
    alike = Alike((T, T))
    assert alike.is_sure(openings, by_anybody=False) is sure
    assert alike.is_sure(openings, by_anybody=True) is also_of_anybody
    pair = [one.id for one in grants]
    found = list(
        apart(
            document({one.id: one for one in grants}.values()),
            "claim.t",
            Keys("bkt", "", is_prefix=True),
        )
    )
    if sure:
        assert not [one for one in found if [each.id for each in one.grants] == pair]

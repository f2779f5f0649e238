"""The index finds every opening that could have a key, as looking at all of them does."""

import pytest

from tests.proof.reaching import READ, Drawn, document, opens, web
from tests.support.make import grant, location
from vending.grants.keys import Keys
from vending.reach.document import Document
from vending.reach.pattern import Pattern

SCOPES = (
    *("*", "a", "a/*", "a/b", "a/b/*", "b/*", "a//*", "${claim.t}", "${claim.t}/*"),
    *("a/${claim.t}", "${claim.t}/b/*", "${claim.t:path}", "a/${claim.t:path}/b"),
)
EVERY = document(
    grant(f"s3://{bucket}/{scope} READ", id=f"{bucket}/{scope}", grantee=web("u"))
    for bucket in ("bkt", "other")
    for scope in SCOPES
)
BOTH = Document(EVERY.grants, EVERY.issuers, (location(), location("other")), EVERY.at)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("a", "* a ${claim.t} ${claim.t:path}"),
        ("b", "* ${claim.t} ${claim.t:path}"),
        ("a/b", "* a/* a/b ${claim.t}/* a/${claim.t} ${claim.t:path} a/${claim.t:path}/b"),
        ("a/", "* a/* ${claim.t}/* a/${claim.t} ${claim.t:path} a/${claim.t:path}/b"),
        ("a//x", "* a/* a//* ${claim.t}/* ${claim.t:path} a/${claim.t:path}/b"),
        ("b/*", "* b/* ${claim.t}/* ${claim.t}/b/* ${claim.t:path}"),
        ("a/b/*", "* a/* a/b/* ${claim.t}/* ${claim.t}/b/* ${claim.t:path} a/${claim.t:path}/b"),
        ("*", " ".join(SCOPES)),
    ],
)
def test_only_what_is_near_is_looked_at(keys: str, expected: str) -> None:
    near = BOTH.near(Pattern.of_keys(Keys.parse(f"s3://bkt/{keys}")))
    assert sorted(one.grant.id for one in near) == sorted(f"bkt/{one}" for one in expected.split())


def test_of_several_patterns_the_openings_are_near_to_all() -> None:
    def near(*keys: str) -> set[str]:
        patterns = [Pattern.of_keys(Keys.parse(f"s3://bkt/{one}")) for one in keys]
        return {one.grant.id for one in BOTH.near(*patterns)}

    assert near("a/*", "a/b") == near("a/b")
    assert near("a/*", "*", "a/b/*") == near("a/b/*")
    assert near("a/b/*", "a/b/c") == near("a/b/c") != set()
    assert near("a/" * 299 + "a", "*") == near("a/x/b")
    assert near("a/*", "b/*") == set()
    assert near("a", "a/*") == set()
    assert near("a/b/c", "a") == set()


def test_in_a_bucket_without_grants_nothing_is_near() -> None:
    assert not list(BOTH.near(Pattern.of_keys(Keys.parse("s3://third/*"))))


def test_what_somebody_reaches_is_near() -> None:
    drawn = Drawn("near")
    for _ in range(60):
        grants = [drawn.grant(number) for number in range(8)]
        whole = document(grants)
        for _ in range(20):
            caller = drawn.caller()
            target = drawn.target(grants, caller)
            near = {one.grant.id for one in whole.near(Pattern.of_keys(target))}
            assert near >= {one.id for one in grants if opens(one, caller, target)}


def test_a_document_is_equal_to_one_of_the_same_entries() -> None:
    assert document(EVERY.grants) == EVERY
    assert document(EVERY.grants[1:]) != EVERY
    assert EVERY.openings[0].grant.permission is READ

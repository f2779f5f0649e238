"""A document that names a bucket that is never lent."""

from dataclasses import replace

import pytest

from tests.support.documents import HERE, SETTING, document, faults, line, planned, stored
from tests.support.make import ROLE_ARN, location
from vending.catalogue.plan import plan
from vending.catalogue.proposal import Stored
from vending.documents.grant import GrantBody
from vending.grants.keys import Keys

SAM = "aws-sam-cli-managed-default-samclisourcebucket-1a2b3c4d5e6f7"
PARTNER = "arn:aws:iam::999999999999:role/Partner"
THERE = HERE | {"scope": f"s3://{SAM}/*"}


@pytest.mark.invariant(17)
def test_a_grant_and_a_location_there_are_refused_with_the_rule_and_the_member() -> None:
    found = faults(grants=[line(), line("b", scope=f"s3://{SAM}/x/*")], locations=[HERE, THERE])
    assert found.keys() == {"/grants/1/scope", "/locations/1/scope"}
    reason = "SAM deploys code from it, this service's own included (aws-sam-cli-managed-*)"
    assert set(found.values()) == {f"'{SAM}' is never lent: {reason}; use another bucket"}


@pytest.mark.invariant(17)
@pytest.mark.parametrize("role", [ROLE_ARN, PARTNER])
def test_a_role_of_the_stacks_list_does_not_open_it(role: str) -> None:
    setting = replace(SETTING, assumable_roles=lambda: [PARTNER])
    there = THERE | {"role": role, "account": "999999999999"}
    assert faults(setting=setting, locations=[there]).keys() == {"/locations/0/scope"}


@pytest.mark.parametrize("scope", ["one-key", "deep/er/*", "${caller.name}/*", "*"])
def test_no_part_of_it_is_granted(scope: str) -> None:
    found = faults(grants=[line(scope=f"s3://{SAM}/{scope}")], locations=[THERE])
    assert found.keys() >= {"/grants/0/scope", "/locations/0/scope"}


@pytest.mark.invariant(17)
def test_what_the_stack_adds_is_refused_too() -> None:
    setting = replace(SETTING, never_lent=lambda: ["*-audittrailbucket-*", "bk*"])
    detail = "'bkt' is never lent: the stack's NeverLentBuckets has bk*; use another bucket"
    found = faults(setting=setting, grants=[line()], locations=[HERE])
    assert found == dict.fromkeys(("/grants/0/scope", "/locations/0/scope"), detail)


def test_nobody_reads_the_stacks_list_for_a_document_of_issuers() -> None:
    def fails() -> list[str]:
        raise AssertionError

    assert faults(setting=replace(SETTING, never_lent=fails), issuers=[]) == {}


def test_an_entry_that_was_stored_before_is_named_while_the_document_has_it() -> None:
    """It opens nothing; `prune` removes it once the document leaves it out."""
    old = GrantBody.model_validate(line("old", scope=f"s3://{SAM}/x/*")).grant()
    have = Stored({"old": old}, {}, {"bkt": location(), SAM: location(SAM)})
    named = faults(have, grants=[line("old", scope=f"s3://{SAM}/x/*")], locations=[HERE, THERE])
    assert named.keys() == {"/grants/0/scope", "/locations/1/scope"}
    changes = planned(document(grants=[line()], locations=[HERE], prune=True), have)
    removed = [(one.kind, one.id) for one in changes if one.action == "remove"]
    assert sorted(removed) == [("grant", "old"), ("location", SAM)]
    assert stored().locations.keys() == {"bkt"}


def test_a_stored_location_there_is_a_warning_while_the_document_does_not_name_it() -> None:
    there = replace(location(), scope=Keys(SAM, "", is_prefix=True))
    have = replace(stored(), locations={"bkt": location(), SAM: there})
    (warning,) = plan(document(grants=[line()]), have, SETTING).warnings
    assert warning.pointer == "/locations"
    assert f"the stored location {SAM!r} is never lent" in warning.detail
    pruned = document(grants=[line()], locations=[HERE], prune=True)
    assert plan(pruned, have, SETTING).warnings == []

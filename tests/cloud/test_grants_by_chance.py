"""Some of the generated grants, lent by the core on the local cloud; make test-backends has more."""

from datetime import UTC, datetime

import pytest

from local.cloud import aws
from local.cloud.client import Credentials
from local.cloud.environments import REGION
from local.cloud.ministack import Cloud
from tests.proof.by_policy import unlike_the_grants
from tests.proof.differences import LOCAL_CLOUD, surprises
from tests.proof.granted import BUCKETS, askings
from tests.proof.trials import Tried, refused, trials
from tests.support.lending import Lender

GRANTS = 12


@pytest.fixture(scope="module")
def lender(cloud: Cloud, user: Credentials) -> Lender:
    now = datetime.now(UTC)
    people = [asking for number in range(GRANTS) for asking in askings(number, "a slice", now)]
    for bucket in BUCKETS:
        aws.s3(cloud, cloud.root).create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    return Lender(cloud.endpoint, aws.sts(cloud, user), people)


@pytest.fixture(scope="module")
def tried(lender: Lender) -> list[Tried]:
    return trials(lender)


def test_every_answer_is_what_was_granted_or_a_known_difference(tried: list[Tried]) -> None:
    found = surprises(LOCAL_CLOUD, tried)
    assert not found, "\n".join(found)
    assert {one.got for one in tried} == {"allow", "deny"}


def test_the_session_policy_by_itself_says_what_was_granted(tried: list[Tried]) -> None:
    found = unlike_the_grants(tried)
    assert not found, "\n".join(found)


def test_what_lies_beyond_a_grant_is_refused_before_sts_is_called(lender: Lender) -> None:
    found = [one for asking in lender.people for one in refused(lender, asking)]
    assert not found, "\n".join(found)

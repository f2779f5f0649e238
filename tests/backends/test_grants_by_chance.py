"""A few hundred grants, lent by the core on two backends that narrow sessions in their own ways.

Each attempt is answered three times: by what was granted, by SeaweedFS, by the local cloud.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from local.cloud import aws
from local.cloud.environments import forget_own
from local.cloud.ministack import Cloud, running
from local.stack import seed
from local.stack.build import built
from local.stack.deploy import deploy
from tests.backends.conftest import Start
from tests.backends.lending import WithoutAccounts, configuration, sts_of
from tests.backends.seaweedfs import REGION
from tests.proof.by_policy import unlike_the_grants
from tests.proof.differences import (
    DIFFERENCES,
    LOCAL_CLOUD,
    SEAWEEDFS,
    Difference,
    said,
    shows,
    surprises,
)
from tests.proof.granted import BUCKETS, askings
from tests.proof.trials import Tried, refused, trials
from tests.support.lending import Lender

GRANTS = int(os.environ.get("S3VEND_GRANTS", "200"))
SEED = os.environ.get("S3VEND_SEED", "2026-11-24")
EACH = pytest.mark.parametrize("backend", [LOCAL_CLOUD, SEAWEEDFS])


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    forget_own()
    with running() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def lenders(cloud: Cloud, start: Start) -> dict[str, Lender]:
    now = datetime.now(UTC)
    people = [asking for number in range(GRANTS) for asking in askings(number, SEED, now)]
    parameters = {"TrustAssumeS3User": "true", "AllowedBuckets": ",".join(BUCKETS)}
    user = seed.access_key(cloud, deploy(cloud, built(), parameters).outputs["UserName"])
    weed = start(configuration(BUCKETS))
    for bucket in BUCKETS:
        weed.s3(weed.root).create_bucket(Bucket=bucket)
        aws.s3(cloud, cloud.root).create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    return {
        LOCAL_CLOUD: Lender(cloud.endpoint, aws.sts(cloud, user), people),
        SEAWEEDFS: Lender(weed.endpoint, WithoutAccounts(sts_of(weed)), people),
    }


@pytest.fixture(scope="module")
def tried(lenders: dict[str, Lender]) -> dict[str, list[Tried]]:
    """On both at once."""
    with ThreadPoolExecutor(len(lenders)) as pool:
        return dict(zip(lenders, pool.map(trials, lenders.values()), strict=True))


@EACH
def test_every_answer_is_what_was_granted_or_a_known_difference(
    tried: dict[str, list[Tried]], backend: str
) -> None:
    found = surprises(backend, tried[backend])
    assert not found, "\n".join(found)


@EACH
def test_the_session_policy_by_itself_says_what_was_granted(
    tried: dict[str, list[Tried]], backend: str
) -> None:
    """So that what a backend allows beyond a grant has no reason of ours."""
    found = unlike_the_grants(tried[backend])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: f"{one.backend}: {one.name}")
def test_a_known_difference_still_shows(
    tried: dict[str, list[Tried]], difference: Difference
) -> None:
    assert shows(difference, tried[difference.backend])


@EACH
def test_what_lies_beyond_a_grant_is_refused_before_sts_is_called(
    lenders: dict[str, Lender], backend: str
) -> None:
    lender = lenders[backend]
    found = [one for asking in lender.people for one in refused(lender, asking)]
    assert not found, "\n".join(found)


def test_enough_was_allowed_and_denied(
    tried: dict[str, list[Tried]],
    lenders: dict[str, Lender],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the numbers that docs/backends.md has."""
    lender = lenders[SEAWEEDFS]
    lines = [f"{len(lender.grants)} grants to {len(lender.people)} callers, seed {SEED}"]
    for backend, answers in tried.items():
        numbers = Counter((said(one.opened.allows(one.attempt)), one.got) for one in answers)
        keys = {(one.attempt.bucket, one.attempt.key) for one in answers}
        lines.append(f"{backend}: {len(answers)} attempts on {len(keys)} keys, {dict(numbers)}")
        assert numbers["allow", "allow"] > 10 * GRANTS
        assert numbers["deny", "deny"] > 10 * GRANTS
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *lines, ""]))

"""Audiences of others: the core and the client know the same, and all of AWS's partitions."""

import json
from pathlib import Path

import botocore

from vending.callers import audiences

DATA = Path(botocore.__file__).parent / "data"
CLIENT = Path(__file__).parents[3] / "client/src/s3vend/identity/audiences.py"


def test_the_client_knows_the_audiences_that_the_core_refuses() -> None:
    assert CLIENT.read_bytes() == Path(audiences.__file__).read_bytes()


def test_every_domain_of_aws_is_known() -> None:
    listed = json.loads((DATA / "partitions.json").read_text())["partitions"]
    found = {one["outputs"][name] for one in listed for name in ("dnsSuffix", "dualStackDnsSuffix")}
    assert found == set(audiences.AWS)


def test_sts_is_known_in_every_region_of_aws() -> None:
    for partition in json.loads((DATA / "endpoints.json").read_text())["partitions"]:
        suffix = partition["dnsSuffix"]
        for region in partition["regions"]:
            for host in (f"sts.{region}.{suffix}", f"sts-fips.{region}.{suffix}"):
                assert audiences.whose_audience(f"https://{host}") == audiences.STS, host

"""A ground on AWS that nobody reaches."""

import pytest

from local.cloud import aws
from local.cloud.client import Credentials
from tests.acceptance.account import new_issuer
from tests.acceptance.scene import Ground

NAME = "s3vend-acceptance-1a2b3c"


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    directory = tmp_path_factory.mktemp("ground")
    return Ground(
        NAME,
        "987654321098",
        "eu-central-1",
        f"{NAME}-files",
        f"{NAME}-",
        aws.session(Credentials("AKIDEXAMPLE", "secret"), "eu-central-1"),
        directory,
        new_issuer(directory),
    )

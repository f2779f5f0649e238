"""A fixture: DynamoDB as moto has it, with an empty table. A conftest.py imports it."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from tests.support.stack import tables
from vending.aws.services.client import client


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of a DynamoDB with an empty table."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        made = client("dynamodb", "ap-northeast-1")
        tables.create(made, tables.TABLE)
        yield made

"""The table of the tests of ``aws/table``."""

from tests.unit.aws.table.conftest import dynamodb

__all__ = ["dynamodb"]

"""What the tests of the edge share: one of moto's."""

from tests.support.stack.dynamodb import dynamodb

__all__ = ["dynamodb"]

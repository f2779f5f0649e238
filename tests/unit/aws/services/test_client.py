"""Which answers of a service mean no, and which are worth another try."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from vending.aws.services.client import is_refusal, translate_errors
from vending.errors import RoleRefused, ServiceRefused, Unavailable, VendingError


@pytest.mark.invariant(12)
@pytest.mark.parametrize(
    ("status", "code", "refused"),
    [
        (400, "AccessDeniedException", True),
        (400, "ResourceNotFoundException", True),
        (400, "ValidationException", True),
        (403, "AccessDenied", True),
        (301, "PermanentRedirect", True),
        (404, "NoSuchBucket", True),
        (400, "ThrottlingException", False),
        (400, "Throttling", False),
        (400, "ProvisionedThroughputExceededException", False),
        (400, "TransactionCanceledException", False),
        (403, "ExpiredToken", False),
        (403, "RequestTimeTooSkewed", False),
        (403, "InvalidClientTokenId", False),
        (409, "OperationAborted", False),
        (408, "Anything", False),
        (425, "Anything", False),
        (429, "Anything", False),
        (500, "AccessDenied", False),
        (503, "SlowDown", False),
        (200, "AccessDenied", False),
        (None, "AccessDenied", False),
    ],
)
def test_a_no_is_a_4xx_that_another_try_would_not_change(
    status: int | None, code: str, refused: bool
) -> None:
    assert is_refusal(status, code) is refused


@pytest.mark.invariant(12)
@pytest.mark.parametrize(
    ("refused", "status", "expected"),
    [
        (ServiceRefused, 400, ServiceRefused),
        (RoleRefused, 400, RoleRefused),
        (ServiceRefused, 500, Unavailable),
        (RoleRefused, 503, Unavailable),
    ],
)
def test_a_no_is_translated_to_an_error_of_its_own_that_names_only_the_code(
    refused: Callable[[str], VendingError], status: int, expected: type[VendingError]
) -> None:
    answer: Any = {
        "Error": {"Code": "AccessDeniedException", "Message": "secret arn:aws:dynamodb:table"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    with pytest.raises(expected) as error, translate_errors(refused):
        raise ClientError(answer, "Query")
    assert error.value.reason.endswith("AccessDeniedException")
    assert "secret" not in error.value.detail
    assert (error.value.retry_after is None) is (expected is not Unavailable)

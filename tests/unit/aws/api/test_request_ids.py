"""The ids of a request, of which the client may have chosen one."""

import pytest

from vending.aws.api.request_ids import own_id, request_ids

OWN = "JKJaXmPLvHcESHA="


@pytest.mark.parametrize(
    ("context", "ids", "own"),
    [
        ({"requestId": "chosen", "extendedRequestId": OWN}, {"requestId": "chosen", "extendedRequestId": OWN}, OWN),
        ({"extendedRequestId": OWN}, {"requestId": "", "extendedRequestId": OWN}, OWN),
        ({"requestId": None, "extendedRequestId": OWN}, {"requestId": "", "extendedRequestId": OWN}, OWN),
        # The local cloud's authorizer, and a scheduled event:
        ({"requestId": "only"}, {"requestId": "only"}, "only"),
        ({}, {"requestId": ""}, ""),
    ],
)  # fmt: skip
def test_an_answer_has_the_id_that_no_client_chose(
    context: dict[str, object], ids: dict[str, str], own: str
) -> None:
    assert request_ids(context) == ids
    assert own_id(ids) == own

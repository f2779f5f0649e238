"""A revocation waits for functions that still cache the old grant."""

import time

import pytest

from s3vend.cli.grant.revoking import revoke_after
from s3vend.service.connect import Service, connect
from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import answering

pytestmark = pytest.mark.usefixtures("nobody")


def test_a_revocation_waits_for_the_functions_by_the_clock_of_the_service(
    at: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = iter(["2030-01-01T00:00:05Z", "2030-01-01T00:00:11Z"])
    waited: list[float] = []

    def revoked(asked: Asked) -> Reply:
        return 200, {}, {"revocation": {"createdAt": next(created)}, "denialWritten": True}

    served = at(answering({"POST /admin/revocations": revoked}))
    monkeypatch.setattr(time, "time", lambda: 1893456008.0)  # 00:00:08 here, three seconds ahead
    service: Service = connect()
    answer = revoke_after(service, {"grantId": "g"}, "2030-01-01T00:00:10Z", waited.append)
    assert (waited, len(served.asked)) == ([2.0, 6.0], 2)
    assert answer["revocation"]["createdAt"] == "2030-01-01T00:00:11Z"

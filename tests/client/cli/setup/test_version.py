"""The versions of the client and of the service."""

import pytest

from s3vend import __version__
from s3vend.cli.setup.version import fits
from tests.client.conftest import Reply, Serve
from tests.client.typed import answering, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize(
    ("reply", "version"),
    [
        ((200, {}, {"door": "iam", "version": "0.1.0"}), "0.1.0"),
        ((200, {}, {"door": "iam"}), None),
        (problem(403, "AccessDenied"), None),
        (problem(503, "Unavailable"), None),
    ],
)
def test_the_service_s_version_is_shown_if_it_tells_it(
    reply: Reply, version: "str | None", at: Serve
) -> None:
    served = at(answering({"GET /identity": reply}))
    told = typed("version", "-o", "json")
    assert told.code == 0
    assert told.json["client"] == __version__
    assert told.json["service"] == {"url": served.url, "version": version}
    assert len(served.asked) == 1, "what is only nice to know is asked once"
    shown = typed("version").out
    assert shown.split()[:2] == ["client", __version__]
    assert ("service version" in shown) == (version is not None)


def test_without_a_service_or_an_identity_the_client_s_version_is_shown(
    alone: pytest.MonkeyPatch,
) -> None:
    assert typed("version", "-o", "json").json["service"] is None
    alone.delenv("S3VEND_TOKEN")
    alone.setenv("S3VEND_URL", "http://127.0.0.1:9")
    told = typed("version", "-o", "json")
    assert told.json["service"] == {"url": "http://127.0.0.1:9", "version": None}


@pytest.mark.parametrize(
    ("service", "client", "expected"),
    [
        ("0.1.0", "0.1.7", True),
        ("0.2.0", "0.1.0", False),
        ("0.1.0", "1.1.0", False),
        ("1.9.0", "1.0.0", True),
        ("2.0.0", "1.0.0", False),
        ("1.0", "1.0.0", False),
        ("", "1.0.0", False),
        ("1.0.0", "1.0.0-rc1", False),
    ],
)
def test_versions_fit_as_the_page_on_versions_promises(
    service: str, client: str, expected: bool
) -> None:
    assert fits(service, client) is expected


def test_a_version_that_does_not_fit_is_shown_with_what_to_do(at: Serve) -> None:
    at(answering({"GET /identity": {"door": "iam", "version": "99.0.0"}}))
    assert "fits" in typed("version").out
    assert "install the client of the service's release" in typed("version").out

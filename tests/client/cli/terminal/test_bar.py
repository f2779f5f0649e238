"""A copy at a terminal shows how far it is."""

from pathlib import Path
from typing import Any

import pytest

from tests.client.at_a_terminal import at_a_terminal
from tests.client.conftest import Asked, Reply, Serve, Served


def copying(at: Serve) -> Served:
    found: list[Served] = []

    def reply(asked: Asked) -> Reply:
        if asked.method == "PUT":
            return 200, {"ETag": '"e"'}, b""
        end, headers = "2099-01-01T00:00:00Z", {"Content-Length": "3"}
        url = {"method": "PUT", "url": f"{found[0].url}/b/k", "headers": headers, "expiresAt": end}
        return 200, {}, {"urls": [url]}

    found.append(at(reply))
    return found[0]


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        ((), {}, "to s3://b/k"),
        (("--quiet",), {}, None),
        ((), {"NO_COLOR": "1"}, "to s3://b/k"),
    ],
)
def test_a_copy_shows_how_far_it_is_unless_it_shall_be_quiet(
    options: "tuple[str, ...]",
    settings: "dict[str, Any]",
    said: "str | None",
    at: Serve,
    tmp_path: Path,
) -> None:
    served = copying(at)
    (tmp_path / "f").write_text("abc")
    words = ("cp", str(tmp_path / "f"), "s3://b/k", *options)
    ended, shown = at_a_terminal(*words, keys="", home=tmp_path, S3VEND_URL=served.url, **settings)
    assert ended == 0, shown
    assert (said in shown) if said else (shown == "")
    if settings:
        assert "\x1b[3" not in shown

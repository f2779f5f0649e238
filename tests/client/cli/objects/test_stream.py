"""An object to stdout."""

import io

import pytest

from s3vend import connect
from s3vend.cli.objects.stream import stream
from tests.client.cli.objects.conftest import CONTENT, LONG
from tests.client.conftest import Served

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize("content", [CONTENT, LONG, b""])
def test_an_object_goes_to_stdout_byte_for_byte(
    content: bytes, both: Served, stored: "dict[str, bytes]"
) -> None:
    stored["/b/k"] = content
    out = io.BytesIO()
    stream(connect(), "s3://b/k", out)
    assert out.getvalue() == content

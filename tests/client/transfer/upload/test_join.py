"""The last request of an upload."""

from s3vend.transfer.upload.join import expected_etag
from s3vend.transfer.upload.parts import Sent


def test_the_etag_of_parts_is_the_md5_of_their_md5s() -> None:
    one = "d41d8cd98f00b204e9800998ecf8427e"
    assert expected_etag({1: Sent(f'"{one}"', "")}) == '"59adb24ef3cdbe0297f05b395827453f-1"'
    assert expected_etag({1: Sent("of another kind", "")}) == "unknown"

"""Checksums against published examples."""

import pytest

from s3vend.transfer.checksums import SHA256, by_name, fastest


@pytest.mark.parametrize(
    ("name", "value"),
    [("SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="), ("CRC64NVME", "rosUhgp5mIg=")],
)
def test_checksums_are_those_of_the_published_examples(name: str, value: str) -> None:
    algorithm = by_name(name)
    if algorithm is None:  # without awscrt, as on the oldest Python
        assert fastest() is SHA256
        return
    assert algorithm.of([b"1234", b"56789"]) == value

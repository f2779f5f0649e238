"""The names of unfinished downloads, by which they are told from files of the user."""

import unicodedata

import pytest

from s3vend.files.part_names import is_part_name, new_part_name


def test_no_two_names_are_alike_and_each_is_known() -> None:
    names = {new_part_name() for _ in range(100)}
    assert len(names) == 100
    assert all(map(is_part_name, names))
    assert all(
        is_part_name(unicodedata.normalize(form, f"{one}é"))
        for one in names
        for form in ("NFC", "NFD")
    )


@pytest.mark.parametrize(
    "name",
    [
        *(".s3vend-", f".s3vend-{'a' * 31}", f".s3vend-{'a' * 33}", f".s3vend-{'A' * 32}"),
        *(
            f"x.s3vend-{'a' * 32}",
            f".s3vend-{'a' * 32}.txt",
            f".s3vend-{'a' * 32}e",
            f".s3vend-{'g' * 32}",
        ),
    ],
)
def test_a_file_of_the_user_is_not_taken_for_one(name: str) -> None:
    assert not is_part_name(name)

"""The text of the revision's item: what it says, and that nothing else is taken for one."""

import pytest

from vending.errors import ChangeRunning, InternalError
from vending.staging.revision import Revision, running

ID = "abcdefghij234567"


@pytest.mark.parametrize(
    ("text", "revision"),
    [
        ("0", Revision(0)),
        ("41", Revision(41)),
        (f"41 {ID}", Revision(41, ID)),
        (f"41 {ID} half", Revision(41, ID, half=True)),
    ],
)
def test_it_is_read_as_it_is_written(text: str, revision: Revision) -> None:
    assert Revision.read(text) == revision
    assert str(revision) == text


@pytest.mark.parametrize(
    "text", ["", "x", f"x {ID}", f"41 {ID} whole", f"41 {ID} half half", f"41 {ID} "]
)
def test_another_text_is_damaged(text: str) -> None:
    with pytest.raises(InternalError):
        Revision.read(text)


def test_it_is_free_unless_a_staged_change_is_being_written() -> None:
    assert Revision(41).free() == 41
    with pytest.raises(ChangeRunning) as error:
        Revision(41, ID).free()
    assert error.value.detail == running(ID).detail
    assert f"'{ID}' is being written" in error.value.detail
    assert f"DELETE /admin/staged/{ID}." in error.value.detail

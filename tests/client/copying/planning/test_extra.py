"""Names that wait in a temporary file."""

from s3vend.copying.planning.extra import Extra


def test_all_names_come_back_in_order() -> None:
    names = ["a", "b\nc", "é/\U0001f600", *map(str, range(1000))]
    extra = Extra()
    for name in names:
        extra.add(name)
    assert (extra.count, list(extra), list(extra)) == (len(names), names, names)
    extra.close()

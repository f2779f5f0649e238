"""What a run leaves for the next one."""

from pathlib import Path

from s3vend.copying.journal import LINE, Journal
from s3vend.transfer.state import State


def test_the_next_run_knows_what_arrived(tmp_path: Path) -> None:
    path = tmp_path / "state/s3vend/cp-1.json"
    with State(path) as state, Journal(state, logs=True) as journal:
        assert (journal.earlier_mark, journal.count) == (None, 0)
        journal.begin()
        journal.add("a.csv", 1, 2)
        journal.add("secret-name.csv", 3)
        first = journal.mark
    log = path.with_name("cp-1.json.log")
    with log.open("ab") as file:
        file.write(b"half a line")  # as a full disk leaves it
    with State(path) as state, Journal(state, logs=True) as journal:
        assert journal.earlier_mark == first != journal.mark
        assert journal.count == 2
        assert journal.has("a.csv", 1, 2)
        assert not journal.has("a.csv", 1, 3)
        journal.begin()
        journal.add("b.csv")
    assert log.stat().st_size == 3 * LINE
    assert b"secret" not in log.read_bytes() + path.read_bytes()
    assert log.stat().st_mode & 0o077 == 0
    with State(path) as state, Journal(state, logs=True) as journal:
        assert journal.count == 3
        journal.end()
    assert list(path.parent.iterdir()) == []


def test_a_state_that_is_not_ours_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "s/cp-1.json"
    with State(path) as state:
        state.write({"mark": "../../etc", "key": "x"})
        with Journal(state, logs=True) as journal:
            assert journal.earlier_mark is None


def test_a_copy_that_compares_keeps_no_log(tmp_path: Path) -> None:
    with State(tmp_path / "s/sync-1.json") as state, Journal(state, logs=False) as journal:
        journal.begin()
        journal.add("a.csv")
        assert {one.name for one in (tmp_path / "s").iterdir()} == {
            "sync-1.json",
            "sync-1.json.lock",
        }

"""How far a transfer of many files is."""

from s3vend.transfer.many.tally import Tally, Total


def test_files_and_bytes_are_counted() -> None:
    seen: list[Total] = []
    tally = Tally(seen.append)
    tally.plan(10)
    tally.plan(5)
    tally.end(10)
    tally.finish_planning()
    assert seen[-1] == Total(1, 2, 10, 15, is_planned=True)


def test_a_large_file_counts_once_however_far_it_came() -> None:
    seen: list[Total] = []
    tally = Tally(seen.append)
    tally.plan(100)
    tally.large(40, 100)
    assert seen[-1].done == 40
    tally.large(30, 100)  # a range is read again
    assert seen[-1].done == 30
    tally.end(100, is_large=True)
    assert (seen[-1].done, seen[-1].done_files) == (100, 1)

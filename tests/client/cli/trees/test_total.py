"""What the line shows during a copy of many files."""

from s3vend.cli.trees.total import Pace
from s3vend.transfer.many.tally import Total

MIB = 1024 * 1024


def test_files_bytes_pace_and_time_left() -> None:
    clock = [0.0]
    pace = Pace(now=lambda: clock[0])
    assert pace.facts() == ["comparing"]
    pace.report(Total(0, 10, 0, 100 * MIB))
    clock[0] = 2.0
    pace.report(Total(2, 1000, 20 * MIB, 200 * MIB))
    assert pace.facts() == ["2 of 1,000 or more files", "20.0 of 200.0 MiB", "10.0 MiB/s"]
    pace.report(Total(2, 1000, 20 * MIB, 200 * MIB, is_planned=True))
    # By its bytes 18 s are left, by its files, which are small, 998 s.
    assert pace.facts()[0] == "2 of 1,000 files"
    assert pace.facts()[-1] == "16:38 left"
    clock[0] = 10.0
    assert pace.facts() == ["2 of 1,000 files", "waiting for S3, 8 s"]

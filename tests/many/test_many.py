"""A hundred thousand grants: staged, planned, written, pruned and asked about, in memory.

`S3VEND_GRANTS` is another number; `make test` stages 10,000 (tests/unit/staging/test_many.py).
"""

import os

from tests.unit.staging.test_many import applied_and_pruned

COUNT = int(os.environ.get("S3VEND_GRANTS", "100000"))


def test_a_hundred_thousand_grants_are_written_changed_and_pruned() -> None:
    applied_and_pruned(COUNT)

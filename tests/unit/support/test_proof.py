"""`make proof` draws nothing before its judges are right about what is published."""

import re
import subprocess

from tests.support.pages import ROOT


def test_the_judges_are_held_to_what_is_published_before_anything_is_drawn() -> None:
    recipe = subprocess.check_output(["make", "-n", "proof"], cwd=ROOT, text=True)  # noqa: S607 - make
    runs = [re.findall(r"tests/unit/\S*?(test_\w+\.py)", line) for line in recipe.splitlines()]
    assert [run for run in runs if run] == [
        ["test_published_policies.py", "test_reading.py", "test_published_signatures.py"],
        [
            *("test_presign_by_chance.py", "test_nobody_gets_more.py", "test_read_again.py"),
            *("test_several_grants.py", "test_by_counting.py"),
        ],
    ]
    assert recipe.index("tests.proof.coq") < recipe.index("test_presign_by_chance.py")
    files = re.findall(r"tests/unit/\S+\.py", recipe)
    assert [path for path in files if not (ROOT / path).is_file()] == []

"""The recipes of docs/clients.md, in a real kernel that has the tools, against a real S3."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.client_tools.conftest import Scene, here, recipes

NOTEBOOK = Path(__file__).with_name("notebook.py")
RECIPES = recipes("Other tools")
TOOLS = ("s3fs", "pandas", "obstore", "polars", "duckdb", "pyarrow", "pyiceberg")
OTHER = "reports-private/secret.csv"  # nobody may read it
BEFORE = """
import s3vend
keep = s3vend.fresh("s3://bucket/reports/*", permission="READ")
"""
# What a recipe needs here and not on AWS: no TLS, paths, and an extension that is no download.
LOCALLY = {
    "duckdb.connect()": "connected()",
    'scope="s3://bucket/reports/")': 'scope="s3://bucket/", **LOCAL)',  # the refused key, too
    "s3vend.pyarrow_keys(keep())": "{'endpoint_override': ENDPOINT} | s3vend.pyarrow_keys(keep())",
    "s3vend.pyiceberg_properties(keep())": (
        "{'s3.endpoint': ENDPOINT} | s3vend.pyiceberg_properties(keep())"
    ),
}
HERE = """
import os
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
LOCAL = {"endpoint": ENDPOINT.removeprefix("http://"), "use_ssl": "false", "url_style": "path"}
def connected():
    import duckdb, duckdb_extension_httpfs
    made = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    extensions = f"{duckdb_extension_httpfs.__path__[0]}/extensions/v{duckdb.__version__}"
    made.execute(f"LOAD '{extensions}/httpfs.duckdb_extension'")
    return made
"""

each_recipe = pytest.mark.parametrize("number", range(len(RECIPES)), ids=TOOLS)


def local(text: str, key: str) -> str:
    """A recipe as it runs here, for this key."""
    text = text.replace("reports/2026.csv", key)
    for there, instead in LOCALLY.items():
        text = text.replace(there, instead)
    return here(text)


def shown(scene: Scene, key: str) -> Sequence[str]:
    """What each recipe shows in one notebook."""
    cells = [here(BEFORE + HERE), *(local(recipe.text, key) for recipe in RECIPES)]
    done = scene.run(str(NOTEBOOK), stdin=json.dumps(cells))
    assert done.returncode == 0, done.stderr
    before, *outputs = json.loads(done.stdout)
    assert before == ""
    return list(outputs)


@pytest.fixture(scope="module")
def granted(scene: Scene) -> Sequence[str]:
    return shown(scene, "reports/2026.csv")


@pytest.fixture(scope="module")
def not_granted(scene: Scene) -> Sequence[str]:
    return shown(scene, OTHER)


def test_there_is_a_recipe_for_each_tool() -> None:
    assert len(RECIPES) == len(TOOLS)
    assert all(tool in block.text for tool, block in zip(TOOLS, RECIPES, strict=True))


@each_recipe
def test_a_recipe_reads_in_a_notebook_what_was_granted(granted: Sequence[str], number: int) -> None:
    assert "2026-01" in granted[number]


@each_recipe
def test_and_nothing_else(not_granted: Sequence[str], number: int) -> None:
    output = not_granted[number]
    assert "1000000" not in output
    assert "403" in output or "denied" in output.lower(), output


@each_recipe
def test_a_recipe_reads_the_same_in_a_script(scene: Scene, number: int) -> None:
    """With `asyncio.run(…)` in place of `await …`, as the page says."""
    text = re.sub(
        r"await (.+)", r"asyncio.run(\1)", local(RECIPES[number].text, "reports/2026.csv")
    )
    lines = text.rstrip().splitlines()
    last = max(at for at, line in enumerate(lines) if line and not line.startswith((" ", ")")))
    program = "\n".join([*lines[:last], f"print({'\n'.join(lines[last:])})"])
    done = scene.run("-c", f"import asyncio\n{here(BEFORE + HERE)}\n{program}")
    assert "2026-01" in done.stdout, done.stderr

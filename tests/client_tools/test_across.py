"""The recipes of docs/clients.md that read here and write there, in a real kernel."""

import json
from collections.abc import Mapping

import pytest

from local.cloud import aws
from local.stack.seed import BUCKET, OBJECTS
from tests.client_tools.conftest import APPLICATION, Scene, here, recipes
from tests.client_tools.test_recipes import HERE, NOTEBOOK, local

KEEP, *RECIPES = recipes("Read here, write there")
WRITTEN = ("duckdb", "s3fs", "polars", "pyarrow", "obstore", "pyiceberg")
SOURCE = "reports/2026.csv"
LOCALLY = {"duckdb_secret(keep())": "duckdb_secret(keep(), **LOCAL)"}

each_tool = pytest.mark.parametrize("tool", WRITTEN)


def cell(text: str) -> str:
    """A recipe as it runs here."""
    for there, instead in LOCALLY.items():
        text = text.replace(there, instead)
    return local(text, SOURCE)


def ran(scene: Scene, changed: Mapping[str, str]) -> "list[str]":
    """What each recipe shows in one notebook, with these changes of the page's text."""
    texts = [KEEP.text, *(recipe.text for recipe in RECIPES)]
    for there, instead in changed.items():
        texts[1:] = [text.replace(there, instead) for text in texts[1:]]
    cells = [f"import s3vend\n{here(texts[0])}{HERE}", *map(cell, texts[1:])]
    done = scene.run(str(NOTEBOOK), stdin=json.dumps(cells), subject=APPLICATION)
    assert done.returncode == 0, done.stderr
    return [str(one) for one in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def as_they_stand(scene: Scene) -> "list[str]":
    return ran(scene, {})


@pytest.fixture(scope="module")
def back(scene: Scene) -> "list[str]":
    """What would write where only reading was granted."""
    return ran(scene, {f"uploads/{tool}.csv": f"reports/{tool}.csv" for tool in WRITTEN})


def test_there_is_a_recipe_for_each_tool() -> None:
    assert [tool for tool in WRITTEN for one in RECIPES if f"/{tool}.csv" in one.text] == [*WRITTEN]


@each_tool
def test_a_recipe_writes_there_what_it_read_here(
    scene: Scene, as_they_stand: "list[str]", tool: str
) -> None:
    s3 = aws.s3(scene.cloud, scene.cloud.root)
    try:
        written = s3.get_object(Bucket=BUCKET, Key=f"uploads/{tool}.csv")["Body"].read()
    except s3.exceptions.NoSuchKey:
        pytest.fail(as_they_stand[1 + WRITTEN.index(tool)])
    assert written == OBJECTS[SOURCE]


@each_tool
def test_and_not_here(scene: Scene, back: "list[str]", tool: str) -> None:
    output = back[1 + WRITTEN.index(tool)]
    assert "403" in output or "denied" in output.lower(), output
    s3 = aws.s3(scene.cloud, scene.cloud.root)
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert f"reports/{tool}.csv" not in keys

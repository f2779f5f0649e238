"""Each client, unmodified, by each way that it knows: inside, outside, and inside once more."""

import json
import re
import subprocess

import pytest

from tests.clients.conftest import BODIES, Results, Scene
from tests.clients.tools import CELLS, HERE, Tool, Way

LIFE = 6  # seconds of credentials
REFUSED = re.compile(r"Forbidden|AccessDenied|ACCESS_DENIED|\b403\b")


def named(one: object) -> str:
    return one.name if isinstance(one, Tool) else str(one)


def started(tool: Tool, scene: Scene, way: Way) -> subprocess.CompletedProcess[str]:
    """A program that does all three steps."""
    if tool.program.endswith(".mjs"):
        command = ["node", str(HERE / "javascript" / tool.program)]
    else:
        command = [tool.binary("python"), str(HERE / "programs" / tool.program)]
    asked = {"INSIDE": scene.where.inside, "OUTSIDE": scene.where.outside}
    more = {"BUCKET": "hogehoge-bucket", "SECONDS": str(LIFE + 1), **asked}
    return scene.run(tool, way, command, more)


def command(tool: Tool, given: list[str]) -> list[str]:
    return [tool.binary(given[0]), *given[1:]]


@pytest.mark.parametrize(("tool", "way"), [one for one in CELLS if one[0].program], ids=named)
def test_a_program_reads_what_it_was_granted_nothing_beside_and_again(
    tool: Tool, way: Way, scene: Scene, results: Results, expected: bytes
) -> None:
    scene.between.begin(life=LIFE)
    done = started(tool, scene, way)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["inside"] == expected.decode()
    results.note(tool, way, "inside")
    assert REFUSED.search(told["outside"]), told["outside"]
    results.note(tool, way, "outside")
    assert told["again"] == expected.decode()
    assert len(scene.between.used) >= 2  # keys that S3 has answered: a second one came
    assert set(scene.between.vends) == {200}
    results.note(tool, way, "again")


@pytest.mark.parametrize(("tool", "way"), [one for one in CELLS if one[0].copy], ids=named)
def test_a_command_reads_what_it_was_granted_nothing_beside_and_while_its_credentials_end(
    tool: Tool, way: Way, scene: Scene, results: Results, expected: bytes
) -> None:
    assert tool.read
    assert tool.copy
    scene.between.begin(life=LIFE)
    inside = scene.run(tool, way, command(tool, tool.read(scene.where, scene.where.inside)))
    assert inside.stdout.encode() == expected, inside.stderr
    results.note(tool, way, "inside")
    outside = scene.run(tool, way, command(tool, tool.read(scene.where, scene.where.outside)))
    assert outside.returncode != 0
    assert REFUSED.search(outside.stderr), outside.stderr
    results.note(tool, way, "outside")
    scene.between.begin(life=4, pause=1)
    copied = scene.run(tool, way, command(tool, tool.copy(scene.where)))
    assert copied.returncode == 0, copied.stderr
    found = {
        path.name: path.read_bytes()
        for path in scene.where.directory.iterdir()
        if path.name.isdecimal()  # beside them may be what a client keeps at home
    }
    assert found == {key.rpartition("/")[2]: body for key, body in BODIES.items()}
    assert len(scene.between.used) >= 2
    assert set(scene.between.vends) == {200}
    results.note(tool, way, "again")

"""Tools that read where one grant lets them, and write where another does, in one session."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.cloud import aws
from local.stack import seed
from local.stack.seed import BUCKET
from tests.clients.across import (
    CELLS,
    COMMAND_CELLS,
    HERE,
    SECRET,
    THERE,
    Command,
    Permission,
    cell,
    lent,
)
from tests.clients.conftest import COMMAND, Across, Scene
from tests.clients.prefixed import Row
from tests.clients.test_prefix import BODY, NUMBERS, REFUSED, TABLES, found, numbers, parquet
from tests.clients.tools import Way
from tests.clients.versions import of_row, of_tool

SUBJECT = {"sub": "converter"}
PLAIN = {"1.csv": b"n\n1\n", "deep/er/2.csv": b"n\n2\n"}


@pytest.fixture(scope="module")
def granted(deployed: Any) -> None:
    """A grant for each place, none of which covers another."""
    cloud, stack = deployed
    administrator = seed.new_user(cloud, "Granter", stack.outputs["AdministratorsPolicyArn"])
    grantee = {"issuer": cloud.issuer.url, "subject": SUBJECT["sub"]}
    places = {HERE: "READ", f"{THERE}write/": "WRITE", f"{THERE}readwrite/": "READWRITE"}
    grants = [
        {"id": f"across-{number}", "grantee": grantee}
        | {"scope": f"s3://{BUCKET}/{prefix}*", "permission": permission}
        for number, (prefix, permission) in enumerate(places.items())
    ]
    seed.apply(stack, {"version": 1, "grants": grants}, administrator)


@pytest.fixture
def across(scene: Scene, granted: None, tmp_path: Path) -> Scene:
    """The scene for the caller who has these grants."""
    token = tmp_path / "converters-token"
    token.write_text(scene.cloud.issuer.token(SUBJECT))
    scene.between.begin(life=3600)
    return dataclasses.replace(scene, where=dataclasses.replace(scene.where, token=token))


def with_both(scene: Scene, there: Permission) -> Scene:
    return dataclasses.replace(scene, asked=lent(there))


def lending(way: Way, there: Permission) -> list[str]:
    """What stands before the tool's own command."""
    options = [word for name, target in lent(there).items() for word in (f"--{name}", target)]
    return [COMMAND, "exec", *options, "--"] if way == "exec" else []


def put(s3: Any, objects: Mapping[str, bytes]) -> None:
    for key, body in objects.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)


@pytest.mark.parametrize(("row", "way"), CELLS, ids=lambda one: getattr(one, "slug", one))
def test_a_tool_reads_here_and_writes_there_and_is_refused_the_other_way_round(
    row: Row, way: Way, across: Scene, results_across: Across, tmp_path: Path
) -> None:
    s3 = aws.s3(across.cloud, across.cloud.root)
    is_table = row.writes in TABLES
    ending = ".parquet" if is_table else ""
    body = parquet(tmp_path) if is_table else BODY.encode()
    own, own_place = f"{row.slug}-{way}/out{ending}", f"{THERE}write/"
    known, unread = f"{HERE}in{ending}", f"{own_place}unread{ending}"
    put(s3, {known: body, unread: body})
    keys = {"IN": known, "OUT": own_place + own, "OUTSIDE": unread, "STRAY": HERE + own}
    done = with_both(across, "WRITE").run(
        row.tool,
        way,
        [*lending(way, "WRITE"), *row.command],
        {"BUCKET": BUCKET, "BODY": BODY, **keys, **row.more},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["read"] == (NUMBERS if is_table else BODY)
    written = found(s3, own_place + own)
    if is_table:
        assert numbers(written, tmp_path) == NUMBERS
    else:
        assert written == {own_place + own: body}
    assert len(told["refused"]) == 2
    for refusal in told["refused"]:
        assert any(word in refusal for word in REFUSED), refusal
    assert found(s3, HERE + own) == {}
    results_across.note(cell(row.name, "WRITE", way), of_row(row))


@pytest.mark.parametrize(
    ("command", "way"), COMMAND_CELLS, ids=lambda one: getattr(one, "slug", one)
)
def test_a_command_copies_from_here_to_there_or_is_refused_as_the_page_says(
    command: Command, way: Way, across: Scene, results_across: Across
) -> None:
    s3 = aws.s3(across.cloud, across.cloud.root)
    own = f"{command.slug}-{way}/"
    here, there = f"{HERE}{own}", f"{THERE}{command.there.lower()}/{own}"
    files = PLAIN | ({"é +.csv": b"n\n3\n"} if command.encodes else {})
    put(s3, {f"{here}{name}": body for name, body in files.items()})
    put(s3, {f"{SECRET}{own}pay.csv": b"secret"})

    def copies(source: str, target: str) -> Any:
        binary, *words = command.words(source, target)
        given = [*lending(way, command.there), command.tool.binary(binary), *words]
        return with_both(across, command.there).run(command.tool, way, given)

    done = copies(here, there)
    if command.refused:
        assert done.returncode != 0
        assert "ListObjectsV2" in done.stderr
        assert "AccessDenied" in done.stderr
        assert found(s3, there) == {}
    else:
        assert done.returncode == 0, done.stderr
        assert found(s3, there) == {f"{there}{name}": body for name, body in files.items()}
        for source, target in ((f"{SECRET}{own}", there), (here, f"{HERE}back/")):
            assert copies(source, target).returncode != 0, f"{source} {target}"
        assert f"{there}pay.csv" not in found(s3, there)
        assert found(s3, f"{HERE}back/") == {}
    results_across.note(cell(command.name, command.there, way), of_tool(command.tool))

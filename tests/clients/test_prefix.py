"""Each tool of "Under a prefix": writes and reads below its prefix, and is refused beside it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local.cloud import aws
from local.stack.seed import BUCKET, OBJECTS
from tests.clients.conftest import LENDING, Prefixes, Scene
from tests.clients.prefixed import CELLS, GO_SOURCES, Row, binary
from tests.clients.tools import HERE, Way

PREFIX, BESIDE = "tenants/acme/tools/", "tenants/acme2/"
BODY = "written below a prefix\n" * 1000
NUMBERS = [1, 2, 3]
TABLES = ("table", "tables")  # a Parquet file or a directory of them, a format made of them
REFUSED = ("403", "AccessDenied", "Access Denied", "Forbidden", "ACCESS_DENIED", "not authorized")
UNREAD = {"text": "tenants/acme2/orders.csv", "table": f"{BESIDE}numbers.parquet"}


def parquet(directory: Path) -> bytes:
    """A table with our numbers, as somebody else has made it."""
    path = directory / "seed.parquet"
    duckdb.execute(f"COPY (SELECT unnest({NUMBERS}) AS n) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def numbers(files: dict[str, bytes], directory: Path) -> list[int]:
    """What is in those of these files that are Parquet, read by something else."""
    there = directory / "written"
    there.mkdir()
    tables = [body for key, body in files.items() if key.endswith(".parquet")]
    for index, body in enumerate(tables):
        (there / f"{index}.parquet").write_bytes(body)
    rows = duckdb.read_parquet(f"{there}/*.parquet").order("n").project("n").fetchall()
    return [int(n) for (n,) in rows]


def found(s3: Any, prefix: str) -> dict[str, bytes]:
    """All objects whose keys begin so."""
    keys = [
        one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    ]
    return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def places(scene: Scene) -> dict[str, str]:
    """Where S3 is for tools that need TLS."""
    return {
        "SECURE_URL": scene.between.secure_url,
        "CERTIFICATE": str(scene.between.certificate),
    }


def let_pages_upload(s3: Any, origin: str) -> None:
    """The bucket's rule of docs/cli.md."""
    rule: dict[str, Any] = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET", "HEAD", "PUT", "POST", "DELETE"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
    }
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})


def compiled(program: str) -> None:
    """The Go program, with Debian's packages."""
    subprocess.run(  # noqa: S603 - of our own table
        ["go", "build", "-o", str(binary(program)), "."],  # noqa: S607 - as on the path
        cwd=HERE / "go" / program,
        env={
            "PATH": "/usr/bin:/bin:/usr/local/go/bin",
            "GO111MODULE": "off",
            "GOPATH": str(GO_SOURCES),
            "GOCACHE": str(binary("cache")),
            "GOFLAGS": "",
        },
        check=True,
    )


@pytest.mark.parametrize(("row", "way"), CELLS, ids=lambda one: getattr(one, "slug", one))
def test_a_tool_writes_and_reads_below_its_prefix_and_is_refused_beside_it(
    row: Row, way: Way, scene: Scene, prefixes: Prefixes, tmp_path: Path
) -> None:
    if row.lacks:
        pytest.skip(f"{row.name} needs {row.lacks}")
    if row.environment == "go":
        compiled(row.program)
    s3 = aws.s3(scene.cloud, scene.cloud.root)
    ending = ".parquet" if row.writes == "table" else ""
    out, stray = (f"{prefix}{row.slug}-{way}/out{ending}" for prefix in (PREFIX, BESIDE))
    given = {"text": BODY.encode(), "table": parquet(tmp_path)}
    known = f"{PREFIX}in{ending}"
    s3.put_object(Bucket=BUCKET, Key=known, Body=given.get(row.writes, b""))
    s3.put_object(Bucket=BUCKET, Key=UNREAD["table"], Body=given["table"])
    let_pages_upload(s3, scene.between.url)
    scene.between.begin(life=3600)
    outside = UNREAD.get(row.writes, f"{BESIDE}own")
    keys = {"IN": known, "OUT": out, "OUTSIDE": outside, "STRAY": stray}
    settings = {"BUCKET": BUCKET, "BODY": BODY, **keys, **places(scene), **row.more}
    done = scene.run(row.tool, way, [*LENDING.get(way, []), *row.command], settings)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    if row.reads:
        assert told["read"] == (NUMBERS if row.writes in TABLES else BODY)
    written = found(s3, out)
    if row.writes in TABLES:
        assert numbers(written, tmp_path) == NUMBERS
    elif row.writes == "text":
        assert written == {out: BODY.encode()}, told
    else:
        assert BODY.encode() in written.values()
    assert len(told["refused"]) == (2 if row.reads else 1)
    for refusal in told["refused"]:
        assert any(word in refusal for word in REFUSED), refusal
    assert found(s3, stray.rpartition("/")[0]) == {}
    assert (
        OBJECTS[UNREAD["text"]] == s3.get_object(Bucket=BUCKET, Key=UNREAD["text"])["Body"].read()
    )
    prefixes.note(row, way)

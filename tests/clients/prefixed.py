"""The tools of "Under a prefix" in docs/sdks.md: what each is run with, and what it needs."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.clients.tools import HERE, PACKAGES, ROOT, Tool, Way

GO_SOURCES = Path("/usr/share/gocode")  # of Debian's packages golang-github-*-dev

DEBIAN = ("debian", "go")  # environments whose tools are Debian's packages
DEBIAN_PACKAGES = {  # by program
    "aws": "golang-github-aws-aws-sdk-go-v2-dev",
    "minio": "golang-github-minio-minio-go-v7-dev",
    "with_ruby.rb": "ruby-aws-sdk-s3",
    "with_s3cmd.py": "s3cmd",
}

Writes = Literal["text", "table", "tables", "array"]
BOTH: tuple[Way, ...] = ("container", "exec")
CONTAINER: tuple[Way, ...] = ("container",)
EXEC: tuple[Way, ...] = ("exec",)
NO_FILE = "not `exec`: takes the token from a file alone"
OLDER = "not container credentials, so not `exec`"
LOOPBACK = "container credentials of 127.0.0.1 alone, such as those of `exec`"


@dataclass(frozen=True, slots=True)
class Row:
    """One tool, which writes and reads below a prefix."""

    name: str
    environment: str
    program: str
    writes: Writes = "text"  # an object, Parquet, Parquet among other files, Zarr
    ways: tuple[Way, ...] = BOTH
    needs: str = ""  # under a prefix, or for these ways; for the page
    reads: bool = True
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """Part of the keys that it writes."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.name.lower())

    @property
    def package(self) -> str:
        """What is installed for it, and has a version."""
        if self.environment in DEBIAN:
            return DEBIAN_PACKAGES[self.program]
        return PACKAGES.get(self.environment, self.environment)

    @property
    def tool(self) -> Tool:
        """What asks for credentials in it."""
        return Tool(self.name, "", self.environment)

    @property
    def command(self) -> list[str]:
        """The program, without what lends it credentials."""
        programs = HERE / "programs/prefix"
        if self.environment == "go":
            return [str(binary(self.program))]
        if self.environment == "javascript":
            return ["node", str(HERE / "javascript" / self.program)]
        if self.program.endswith(".rb"):
            return ["ruby", str(programs / self.program)]
        python = sys.executable if self.environment == "debian" else self.tool.binary("python")
        return [python, str(programs / self.program)]

    @property
    def lacks(self) -> str:
        """What of Debian this machine would need; empty if the row can run."""
        if "mount" in self.program:
            is_here = shutil.which("fusermount3") and Path("/dev/fuse").exists()
            return "" if is_here else "FUSE: /dev/fuse, and Debian's fuse3"
        names = [self.package] if self.environment in DEBIAN else []
        names += ["golang-go"] * (self.environment == "go")
        return " and ".join(f"Debian's {name}" for name in names if not is_installed(name))


def is_installed(package: str) -> bool:
    """Whether Debian's package is here."""
    if not shutil.which("dpkg-query"):
        return False
    asked = ["dpkg-query", "-W", "-f=${Status}", package]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return done.stdout.endswith("ok installed")


def binary(program: str) -> Path:
    """Where a Go program is built."""
    return ROOT / ".venv-clients-go" / program


RCLONE = {
    "RCLONE": str(ROOT / ".venv-clients-rclone/bin/rclone"),
    "RCLONE_CONFIG": "/dev/null",
    "RCLONE_CONFIG_LENT_TYPE": "s3",
    "RCLONE_CONFIG_LENT_PROVIDER": "AWS",
    "RCLONE_CONFIG_LENT_ENV_AUTH": "true",
    "RCLONE_CONFIG_LENT_REGION": "ap-northeast-1",
    "RCLONE_CONFIG_LENT_NO_CHECK_BUCKET": "true",
    "RCLONE_CONFIG_LENT_FORCE_PATH_STYLE": "true",  # the local cloud has no names of buckets
}

ROWS = [
    Row("s3fs, fsspec", "s3fs", "fsspec_s3fs.py"),
    Row("Dask", "dask", "with_dask.py", "table"),
    Row("pandas (s3fs)", "pandas", "pandas_s3fs.py", "table"),
    Row(
        "pandas (PyArrow)",
        "pandas",
        "pandas_partitions.py",
        "table",
        needs="`create_dir=False`; files, not the scope's root",
    ),
    Row(
        "PyArrow",
        "pyarrow",
        "with_pyarrow.py",
        "table",
        needs="`create_dir=False`; a list of files, not the scope's root",
    ),
    Row("Polars", "polars", "with_polars.py", "table", CONTAINER, NO_FILE),
    Row("delta-rs", "deltalake", "with_deltalake.py", "tables", CONTAINER, NO_FILE),
    Row("obstore", "obstore", "with_obstore.py", "text", CONTAINER, NO_FILE),
    Row("DuckDB", "duckdb", "with_duckdb.py", "table"),
    Row("pyiceberg (s3fs)", "pyiceberg", "with_pyiceberg.py", "tables"),
    Row("datasets (s3fs)", "datasets", "with_datasets.py", "table"),
    Row("Zarr (s3fs)", "zarr", "with_zarr.py", "array"),
    Row("aioboto3", "aioboto3", "with_aioboto3.py"),
    Row("smart_open", "smart_open", "with_smart_open.py"),
    Row(
        "minio-py",
        "minio",
        "with_minio.py",
        needs="`region=`, where the answer leaves `s3:GetBucketLocation` out; no `bucket_exists`",
    ),
    Row("rclone", "rclone", "with_rclone.py", needs="`no_check_bucket = true`", more=RCLONE),
    Row(
        "rclone mount",
        "rclone",
        "rclone_mount.py",
        needs="`no_check_bucket = true`; the prefix with its slash",
        more=RCLONE,
    ),
    Row("AWS SDK for Go 2, of 2022", "go", "aws", ways=EXEC, needs=LOOPBACK),
    Row("minio-go", "go", "minio", ways=EXEC, needs=f"`Region`; {LOOPBACK}"),
    Row("AWS SDK for Ruby", "debian", "with_ruby.rb", ways=("process",), needs=OLDER),
    Row("s3cmd", "debian", "with_s3cmd.py", ways=("keys",), needs=OLDER),
    *(
        Row(f"Uppy ({how})", "javascript", "uppy.mjs", ways=("page",), reads=False, more={"HOW": h})
        for h, how in (
            ("credentials", "`getCredentials`"),
            ("credentials parts", "`getCredentials`, in parts"),
            ("url", "`signRequest`, a URL"),
            ("form", "`signRequest`, a form"),
        )
    ),
]
CELLS = [(row, way) for row in ROWS for way in row.ways]

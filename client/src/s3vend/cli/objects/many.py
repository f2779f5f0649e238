"""Refuses what `cp` does not copy, and names the command that does."""

import shlex
from pathlib import Path

from s3vend.cli.terminal.refusal import Refusal

S3 = "s3://"
STDIN = "-"


def check_one(source: str, destination: str) -> None:
    """Check that one file goes to S3, or that one object comes from it.

    Raises:
        Refusal: both or neither are in S3, or the source is a directory or a prefix.
    """
    up, down = destination.startswith(S3), source.startswith(S3)
    if up == down:
        others = f"; for a copy within S3: {_within(source, destination)}" if up else ""
        raise Refusal(
            "exactly one of source and destination must be s3://bucket/key, the other a file or -"
            f"{others}"
        )
    if down and source.endswith(("/", "/*")):
        prefix = f"{source.removesuffix('*').rstrip('/')}/"
        command = _recursive("--read", f"{prefix}*", prefix, destination)
        raise Refusal(
            f"{source!r} is a prefix, and cp copies one object; for all below it: {command}"
        )
    if up and source != STDIN and Path(source).is_dir():
        prefix = f"{destination.removesuffix('*').rstrip('/')}/"
        command = _recursive("--write", f"{prefix}*", source, prefix)
        raise Refusal(f"{source} is a directory, and cp copies one file; for all in it: {command}")


def _within(source: str, destination: str) -> str:
    words = ["--read", source, "--write", destination, "--", "aws", "s3", "cp"]
    return shlex.join(["s3vend", "exec", *words, source, destination])


def _recursive(option: str, target: str, source: str, destination: str) -> str:
    here = "." if destination == STDIN else destination
    words = [option, target, "--", "aws", "s3", "cp", "--recursive", source, here]
    return shlex.join(["s3vend", "exec", *words])

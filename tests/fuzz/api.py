"""Fuzzes the API on a local cloud of its own with schemathesis, from ``openapi.yaml``.

The schemas name the bucket and the uploads that are there, so that some requests are granted. What
administrators send comes last: it may take every grant away.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from local.cloud import environments
from local.cloud.client import Credentials, call
from local.cloud.ministack import ROOT, Cloud, running
from local.stack import seed
from local.stack.build import built
from local.stack.deploy import Stack, deploy
from local.stack.seed import BUCKET
from tests.support.contract import Contract
from tools.openapi.shapes import LABEL

SCHEMATHESIS = ROOT / ".venv-fuzz/bin/schemathesis"
SETTINGS = ROOT / "tests/fuzz/schemathesis.toml"
# Paths, and their share of the time.
RUNS = {"^/(iam|web-identity)/": 0.65, "^/sts/": 0.1, "^/admin/": 0.25}
SUBJECT, USER = "fuzz", "Fuzz"
TOKEN_SECONDS = 3000
GRANT = {"scope": f"s3://{BUCKET}/*", "permission": "READWRITE", "versions": True}
UPLOAD = {"target": f"s3://{BUCKET}/fuzz", "parts": 20, "expiresIn": 900}
ENTRIES = [BUCKET, "accounts.google.com", "tenants", "no-such-entry"]

type Document = dict[str, Any]


def prepared(cloud: Cloud, stack: Stack) -> tuple[Document, list[str]]:
    """Who asks, and an upload of each."""
    seeded = seed.seed(cloud, stack)
    signer = seed.new_user(cloud, USER, stack.outputs["CallersPolicyArn"])
    arn = f"arn:aws:iam::{environments.ACCOUNT}:user/{USER}"
    grantees = [{"iam": arn}, {"issuer": cloud.issuer.url, "subject": SUBJECT}]
    grants = [{"id": f"fuzz-{n}", "grantee": one} | GRANT for n, one in enumerate(grantees)]
    seed.apply(stack, {"version": 1, "grants": grants}, seeded.administrator)
    token = cloud.issuer.token({"sub": SUBJECT, "exp": int(time.time()) + TOKEN_SECONDS})
    bearer = {"Authorization": f"Bearer {token}"}
    started = [
        call("POST", f"{stack.url}/iam/multipart-uploads", UPLOAD, signer),
        call("POST", f"{stack.url}/web-identity/multipart-uploads", UPLOAD, headers=bearer),
    ]
    who = {"token": token, "signer": keys(signer), "administrator": keys(seeded.administrator)}
    return who, [answer.json["uploadId"] for answer in started]


def keys(credentials: Credentials) -> list[str]:
    """As ``tests/fuzz/hooks.py`` takes them."""
    return [credentials.access_key_id, credentials.secret_access_key]


def aimed(uploads: list[str], assumed: Mapping[str, str]) -> Document:
    """The contract, closed, with what is there for names that chance would never hit."""
    text = json.dumps(Contract.read(closed=True).document)
    label = json.dumps(rf"{LABEL}(?:\.{LABEL})*")[1:-1]
    document: Document = json.loads(text.replace(f"^s3://{label}/", f"^s3://{BUCKET}/"))
    parameters, schemas = (document["components"][name] for name in ("parameters", "schemas"))
    schemas["BucketName"] = {"type": "string", "enum": [BUCKET]}
    del schemas["GrantBody"]["allOf"]  # schemathesis makes no document with so many conditions
    parameters["UploadId"]["schema"] = {"type": "string", "enum": uploads}
    free = parameters["EntryId"]["schema"]
    parameters["EntryId"]["schema"] = {"anyOf": [{"type": "string", "enum": ENTRIES}, free]}
    parameters["GrantId"]["schema"] = {"type": "string", "enum": [f"{SUBJECT}-1", "no-such-grant"]}
    form = schemas["AssumeRoleForm"]["properties"]
    for name, there in {**assumed, "DurationSeconds": "900"}.items():
        form[name] = {"type": "string", "enum": [there]}
    return document


def fuzz(url: str, contract: Path, who: Mapping[str, Any], seconds: int, seed_: int) -> int:
    """The number of runs that found something."""
    environment = os.environ | {
        "S3VEND_FUZZ_WHO": json.dumps(who),
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "PYTHONPATH": str(ROOT),
    }
    failed = 0
    for paths, share in RUNS.items():
        limit = ["--max-time", str(int(seconds * share)), "--seed", str(seed_)]
        command = [str(SCHEMATHESIS), "--config-file", str(SETTINGS), "run", str(contract)]
        command += ["--url", url, "--include-path-regex", paths, *limit]
        ended = subprocess.run(command, env=environment, cwd=contract.parent, check=False)  # noqa: S603
        failed += ended.returncode != 0
    return failed


def main() -> int:
    """Exit code 1 for a 5xx, or for an answer that is not in the contract."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    environments.forget_own()
    with running() as cloud, tempfile.TemporaryDirectory(prefix="s3vend-fuzz-") as directory:
        stack = deploy(cloud, built(), {})
        who, uploads = prepared(cloud, stack)
        contract = Path(directory) / "contract.yaml"
        assumed = {"WebIdentityToken": who["token"], "RoleArn": stack.outputs["RoleArn"]}
        contract.write_text(yaml.safe_dump(aimed(uploads, assumed)), encoding="utf-8")
        return min(1, fuzz(stack.url, contract, who, options.seconds, options.seed))


if __name__ == "__main__":
    sys.exit(main())

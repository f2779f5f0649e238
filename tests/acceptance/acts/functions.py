"""What only Lambda itself can show: functions that are killed or take too long, and wrappers."""

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from botocore.exceptions import ClientError

from tests.acceptance.acts import memo
from tests.acceptance.acts.gateway import send_token
from tests.acceptance.acts.permissions import physical
from tests.acceptance.rows import Measured, shows
from tests.acceptance.scene import Scene, own_form

ALIAS, HANDLER = "live", "credentials.py"
KILLED = "import os\n\ndef handler(event, context):\n    os.kill(os.getpid(), 9)\n"
ASLEEP = "import time\n\ndef handler(event, context):\n    time.sleep(60)\n"
ENDED = "import sys\n\ndef handler(event, context):\n    sys.exit(1)\n"
REFUSALS = 5
SETTLED_SECONDS = 20
OUR_FORM = "a failure in our own form"
OURS = tuple(
    f"{code}, application/problem+json" for code in ("503 Unavailable", "500 InternalError")
)
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}
WRAPPER = '#!/bin/bash\nexport WRAPPED=yes\nexec "$@"\n'
WRAPPED = "import os\n\ndef handler(event, context):\n    return os.environ.get('WRAPPED', 'no')\n"


def archive(**files: str) -> bytes:
    """Return a zip of these files, which may all be executed."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            made.writestr(entry, text)
    return body.getvalue()


@contextmanager
def replaced(scene: Scene, code: str) -> Iterator[None]:
    """Let the vending function run other code; put its own back afterwards."""
    client, name = scene.ground.client("lambda"), physical(scene, "CredentialsFunction")
    with urllib3.PoolManager() as pool:
        location = client.get_function(FunctionName=name)["Code"]["Location"]
        own = pool.request("GET", location).data
    version = client.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"]

    def publish(zipped: bytes) -> str:
        client.update_function_code(FunctionName=name, ZipFile=zipped)
        client.get_waiter("function_updated_v2").wait(FunctionName=name)
        made: str = client.publish_version(FunctionName=name)["Version"]
        client.get_waiter("published_version_active").wait(FunctionName=name, Qualifier=made)
        return made

    def move(to: str) -> None:
        client.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=to)
        time.sleep(SETTLED_SECONDS if scene.ground.endpoint is None else 0)

    try:
        move(publish(archive(**{HANDLER: code})))
        yield
    finally:
        client.update_function_code(FunctionName=name, ZipFile=own)
        client.get_waiter("function_updated_v2").wait(FunctionName=name)
        move(version)


def answer_of(scene: Scene, code: str) -> Measured:
    """Return what callers get while the function runs this code."""
    with replaced(scene, code):
        answer = memo.ask(scene, "reports/*", scene.user)
    ours = own_form(answer) in OURS
    return Measured(OUR_FORM if ours else "something else", own_form(answer))


shows("function-killed")(lambda scene: answer_of(scene, KILLED))
shows("function-ended")(lambda scene: answer_of(scene, ENDED))
shows("function-too-slow")(lambda scene: answer_of(scene, ASLEEP))


@shows("refusals-stay-warm")
def refusals_stay_warm(scene: Scene) -> str:
    """Refuse some tokens, one after the other, and count the authorizer's cold starts since."""
    since = int(time.time() * 1000)
    for _ in range(REFUSALS):
        send_token(scene, "no.token.here")
    time.sleep(SETTLED_SECONDS)
    pages = (
        scene.ground.client("logs")
        .get_paginator("filter_log_events")
        .paginate(
            logGroupName=physical(scene, "AuthorizerFunctionLogGroup"),
            startTime=since,
            filterPattern="REPORT",
        )
    )
    reports = [event["message"] for page in pages for event in page["events"]]
    cold = sum(bool(re.search(r"Init Duration|Restore Duration", one)) for one in reports)
    return "they do" if len(reports) >= REFUSALS and cold <= 1 else f"{cold} of {len(reports)} cold"


@shows("exec-wrapper")
def exec_wrapper(scene: Scene) -> str:
    """Start a function of the run's own through a wrapper in its code."""
    ground = scene.ground
    client, name = ground.client("lambda"), f"{ground.name}-wrapper"
    role = ground.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST)
    )["Role"]["Arn"]
    made: dict[str, Any] = {
        "FunctionName": name,
        "Runtime": "python3.13",
        "Role": role,
        "Handler": "wrapped.handler",
        "Code": {"ZipFile": archive(**{"wrapped.py": WRAPPED, "wrapper": WRAPPER})},
        "Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}},
    }
    for _ in range(SETTLED_SECONDS):
        try:
            client.create_function(**made)
            break
        except ClientError as error:  # Lambda does not know the new role yet
            if error.response["Error"]["Code"] != "InvalidParameterValueException":
                raise
            time.sleep(1)
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    return str(json.loads(client.invoke(FunctionName=name)["Payload"].read()))

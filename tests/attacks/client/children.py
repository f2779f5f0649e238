"""Ways for a command under `exec` to more power than was lent to it"""

import json
import os
import sys
from typing import Any

from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule
from tests.client.tokens import token
from tests.client.typed import KEYS, answering, typed

CHAIN = "https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html"
LOOK = """
import json, os, sys
import botocore.session
session = botocore.session.Session()
found = session.get_credentials()
seen = {name: value for name, value in os.environ.items() if name in sys.argv[2:]}
with open(sys.argv[1], "w") as file:
    json.dump([found.method, found.get_frozen_credentials().access_key, seen], file)
"""


def outcome(given: "dict[str, Any]", stage: Stage) -> str:
    """Run a program that looks for credentials; return whose it found and which variables it saw."""
    served = stage.serve(answering({"POST /credentials": KEYS}))
    files, options = given.get("files", {}), given.get("options", ())
    for name, text in files.items():
        (stage.home / name).parent.mkdir(exist_ok=True)
        (stage.home / name).write_text(text)
    named = {"S3VEND_URL": served.url, "S3VEND_TOKEN": token(), **given.get("environment", {})}
    for name, text in named.items():
        stage.environment.setenv(name, text.replace("{home}", str(stage.home)))
    stage.environment.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
    stage.environment.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    out = stage.home / "out"
    command = (sys.executable, "-c", LOOK, str(out), *given.get("environment", {}))
    ended = typed("exec", "s3://b/reports/*", *options, "--", *command)
    if ended.code:
        return f"exits with {ended.code}"
    method, key, seen = json.loads(out.read_text())
    whose = "lent" if key == KEYS["credentials"]["accessKeyId"] else key  # type: ignore[index]
    return f"{whose} by {method}; sees {', '.join(sorted(seen)) or 'nothing'}"


def config(text: str) -> "dict[str, Any]":
    return {"options": ["--keep-config"], "files": {".aws/config": text}}


LENT = "lent by container-role; sees nothing"
PROCESS = '[default]\nregion = eu-west-1\ncredential_process = echo \'{"Version": 1, "AccessKeyId": "MINE", "SecretAccessKey": "s"}\'\n'
ATTACKS = [
    Attack("a credential_process in the own config", config(PROCESS), LENT, CHAIN),
    Attack("a profile that the own environment selects", config(PROCESS.replace("default", "profile dev")) | {"environment": {"AWS_PROFILE": "dev"}}, LENT, CHAIN),
    Attack("keys in the own config", config("[default]\naws_access_key_id = MINE\naws_secret_access_key = s\n"), LENT, CHAIN),
    Attack("a role in the own config, with keys of another profile", config("[default]\nrole_arn = arn:aws:iam::123456789012:role/Admin\nsource_profile = a\n[profile a]\naws_access_key_id = MINE\naws_secret_access_key = s\n"), LENT, CHAIN),
    Attack("a sign-in in the own config", config("[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n"), LENT, CHAIN),
    Attack("a web identity in the own config", config("[default]\nrole_arn = arn:aws:iam::123456789012:role/Admin\nweb_identity_token_file = /token\n"), LENT, CHAIN),
    Attack("keys in the own credentials file", {"options": ["--keep-config"], "files": {".aws/credentials": "[default]\naws_access_key_id = MINE\naws_secret_access_key = s\n"}}, LENT, CHAIN),
    Attack("keys in the old file of boto", {"files": {".boto": "[Credentials]\naws_access_key_id = MINE\naws_secret_access_key = s\n"}}, LENT, CHAIN),
    Attack("keys in the old file of EC2's tools", {"files": {"ec2": "AWSAccessKeyId=MINE\nAWSSecretKey=s\n"}, "environment": {"AWS_CREDENTIAL_FILE": "{home}/ec2"}}, LENT, CHAIN),
    Attack("what a job of GitHub gets tokens with", {"environment": {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x.example.com", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}}, LENT, rule(15)),
    Attack("a token of a job of GitLab, under a name of its own", {"environment": {"MY_ID_TOKEN": token()}}, LENT, rule(15)),
    Attack("the administrator's keys", {"environment": {"S3VEND_ADMIN_ACCESS_KEY_ID": "AKID", "S3VEND_ADMIN_SECRET_ACCESS_KEY": "s"}}, LENT, rule(15)),
    Attack("files with tokens, by name", {"environment": {"AZURE_FEDERATED_TOKEN_FILE": "/t", "GOOGLE_APPLICATION_CREDENTIALS": "/t"}}, LENT, rule(15)),
    Attack("keys under the names that the SDK for Ruby also knows", {"environment": {"AMAZON_ACCESS_KEY_ID": "MINE", "AMAZON_SECRET_ACCESS_KEY": "s", "AMAZON_SESSION_TOKEN": "t"}}, LENT, CHAIN),
    Attack("keys as properties of every Java program", {"environment": {"JAVA_TOOL_OPTIONS": "-Daws.accessKeyId=MINE -Daws.secretAccessKey=s"}}, LENT, CHAIN),
    Attack("keys in the address of a store", {"environment": {"MC_HOST_s3": "https://AKIAIOSFODNN7EXAMPLE:s@s3.amazonaws.com"}}, LENT, rule(15)),
    Attack("a token inside a header or a document", {"environment": {"HEADER": f"Authorization: Bearer {token()}", "CONNECTION": json.dumps({"AccessToken": token()})}}, LENT, rule(15)),
    Attack("the socket of an agent that tells a job's environment", {"environment": {"BUILDKITE_AGENT_JOB_API_SOCKET": "/s", "BUILDKITE_AGENT_JOB_API_TOKEN": "t"}}, LENT, rule(15)),
    Attack("an own config that cannot be read", config("no section = 1"), "exits with 1", CHAIN),
]  # fmt: skip

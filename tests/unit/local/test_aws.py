"""Clients of the local cloud: each with its own credentials, all with the models read once."""

from pathlib import Path

import pytest
from botocore.loaders import JSONFileLoader

from local.cloud import aws
from local.cloud.client import Credentials
from local.cloud.issuer import Issuer
from local.cloud.ministack import Cloud

KEYS = Credentials("AKIDEXAMPLE", "a-secret"), Credentials("ASIAEXAMPLE", "another", "a-token")


def test_each_session_has_its_own_credentials() -> None:
    sessions = [aws.session(keys) for keys in KEYS]
    found = [session.get_credentials() for session in sessions]
    assert [(one.access_key, one.secret_key, one.token) for one in found if one] == [
        ("AKIDEXAMPLE", "a-secret", None),
        ("ASIAEXAMPLE", "another", "a-token"),
    ]


def test_a_service_is_read_once_for_the_clients_of_all_sessions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cloud = Cloud("http://127.0.0.1:9", Path("unused"), KEYS[0], 0, Issuer("unused", Path()))
    aws.s3(cloud, KEYS[0])
    read: list[str] = []
    monkeypatch.setattr(JSONFileLoader, "load_file", lambda _, path: read.append(path))
    assert aws.s3(cloud, KEYS[1]).meta.endpoint_url == cloud.endpoint
    assert read == []

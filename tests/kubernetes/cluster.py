"""A cluster as s3vend sees it: an issuer whose keys are pinned, and tokens of its pods."""

import json
import time
from collections.abc import Mapping
from typing import Any

import yaml

from tests.kubernetes.pod import MANIFESTS, Json, claims
from tests.support.tokens import jwks, sign

KEYS = json.loads(jwks())


def grants() -> Json:
    """The grants of the page, with the keys of this cluster in place of a request for them."""
    document: Json = yaml.safe_load((MANIFESTS / "vending.yaml").read_text(encoding="utf-8"))
    [issuer] = document["issuers"]
    return {**document, "issuers": [{**issuer, "jwks": KEYS}]}


def token(pod: Mapping[str, Any], seconds: float = 3600, ago: float = 0, **more: object) -> str:
    """A token as the cluster projects it into the pod; ``more`` are claims in place of its own."""
    begin = int(time.time() - ago)
    times = {"iat": begin, "nbf": begin, "exp": int(begin + seconds)}
    return sign({**claims(dict(pod)), **times, **more})

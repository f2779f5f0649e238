"""Tokens of a pod, a job or a machine that are for somebody else; whoever gets one could use it there"""

from collections.abc import Mapping
from typing import Any

import s3vend
from s3vend.identity import platforms
from s3vend.identity.receiver import read_claims
from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule
from tests.client.conftest import Asked, Reply
from tests.client.tokens import AUDIENCE, raw, token

IRSA = "https://docs.aws.amazon.com/eks/latest/userguide/pod-configuration.html"
CLUSTER = "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/"
MIXED = "GHSA-7m6v-q233-q9j9"
TWICE = f'{{"sub": "both", "aud": "sts.amazonaws.com", "aud": "{AUDIENCE}"}}'
STS, API = "sts.amazonaws.com", "https://kubernetes.default.svc"


def outcome(given: Mapping[str, Any], stage: Stage) -> str:
    """Connect where these sources are; return the subject of the token that went, or the refusal."""
    sent = []

    def reply(asked: Asked) -> Reply:
        if asked.path.startswith("/job"):
            return 200, {}, {"value": given["job"]}
        sent.append(asked.headers.get("authorization", "").removeprefix("Bearer "))
        return 200, {}, {"door": "web-identity"}

    service = stage.serve(reply)
    named = {"S3VEND_URL": service.url, "AWS_EC2_METADATA_DISABLED": "true"}
    for name, text in given.items():
        if name in ("pod", "AWS_WEB_IDENTITY_TOKEN_FILE", "S3VEND_TOKEN_FILE"):
            (stage.home / name).write_text(text)
            named[name] = str(stage.home / name)
        elif name == "job":
            named["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"{service.url}/job?v=1"
            named["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "for-github"
        else:
            named[name] = text
    pod = named.pop("pod", None)
    stage.environment.setattr(
        platforms.kubernetes, "__defaults__", (stage.home / (pod or "nothing"),)
    )
    for name, value in named.items():
        stage.environment.setenv(name, value)
    try:
        s3vend.connect().read("identity")
    except s3vend.S3VendError as error:
        ended = type(error).__name__
    else:
        ended = "answered"
    went = [read_claims(one)["sub"] for one in sent]
    return f"{ended}; sent: {', '.join(went) or 'nothing'}"


def at(audience: Any, of: str, **claims: Any) -> str:
    return token(audience, sub=of, **claims)


AWS, OURS = "AWS_WEB_IDENTITY_TOKEN_FILE", {"S3VEND_AUDIENCE": AUDIENCE}
NOTHING = "IdentityError; sent: nothing"
ATTACKS = [
    Attack("a pod with a role of AWS and nothing of ours", {AWS: at(STS, "the role"), **OURS}, NOTHING, IRSA),
    Attack("a pod with a role of AWS and a token of ours", {AWS: at(STS, "the role"), "pod": at(AUDIENCE, "ours"), **OURS}, "answered; sent: ours", IRSA),
    Attack("a pod with a role of AWS, where no audience is set", {AWS: at(STS, "the role")}, NOTHING, IRSA),
    Attack("a pod with a role of AWS in China", {AWS: at("sts.cn-north-1.amazonaws.com.cn", "the role")}, NOTHING, IRSA),
    Attack("a token for us and for STS", {AWS: at([AUDIENCE, STS], "both"), **OURS}, NOTHING, MIXED),
    Attack("the cluster's own token where ours should be", {"pod": at(API, "the cluster"), **OURS}, NOTHING, CLUSTER),
    Attack("the cluster's own token, named by its user", {"S3VEND_TOKEN_FILE": at(API, "the cluster")}, NOTHING, CLUSTER),
    Attack("the token of k3s, whose second audience is a word", {"S3VEND_TOKEN": at([API, "k3s"], "the cluster")}, NOTHING, CLUSTER),
    Attack("a token whose audience is the cluster that issued it", {"S3VEND_TOKEN": at(["https://c.example.com"], "the cluster", iss="https://c.example.com/")}, NOTHING, CLUSTER),
    Attack("a token of a job for its deployment to AWS", {"S3VEND_TOKEN": at(STS, "the deployment")}, NOTHING, rule(15)),
    Attack("a token of a job for another service, where ours is set", {"S3VEND_TOKEN": at("https://vault.example.com", "vault"), **OURS}, NOTHING, rule(15)),
    Attack("a job whose audience is set to STS", {"job": at(STS, "the job"), "S3VEND_AUDIENCE": STS}, "SettingsError; sent: nothing", rule(15)),
    Attack("a job that gets another token than it asked for", {"job": at("https://other.example.com", "the job"), **OURS}, NOTHING, rule(15)),
    Attack("a token with two audiences under one name", {"S3VEND_TOKEN": raw({"alg": "RS256"}, TWICE), **OURS}, NOTHING, MIXED),
    Attack("an opaque token, which may be anybody's", {"S3VEND_TOKEN": "ya29.a0AfB_opaque"}, NOTHING, rule(15)),
    Attack("a token of Entra's exchange in a pod of Azure", {"S3VEND_TOKEN": at("api://AzureADTokenExchange", "the pod")}, NOTHING, rule(15)),
]  # fmt: skip

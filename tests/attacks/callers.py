"""Callers that pose as another caller."""

from tests.attacks.attack import (
    BUCKET,
    Attack,
    Event,
    Who,
    arn,
    context,
    event,
    lend,
    session,
    subject,
    user,
)
from tests.attacks.sources import IDENTIFIERS, VAULT, rule
from tests.support.make import ACCOUNT, USER_ARN

S3 = f"s3://{BUCKET}"
REFUSED, NOBODY = "403 AccessDenied /target", "403 NotAuthenticated"
BOB = f"arn:aws:iam::{ACCOUNT}:user/Bob"
FORGED = {
    "X-Amzn-Request-Context": f'{{"identity": {{"userArn": "{BOB}"}}}}',
    "X-Forwarded-User": "Bob",
    "X-Amzn-Iam-Arn": BOB,
    "X-Amz-Security-Token": "x",
}


def ask(key: str, by: Who | str | None = None) -> Event:
    return lend(f"{S3}/{key}", by=by)


def headers(made: Event, **given: str) -> Event:
    many = {name: [value] for name, value in given.items()}
    return made | {"headers": made["headers"] | given, "multiValueHeaders": many}


def got(key: str, word: str = "READ") -> tuple[str, ...]:
    return (f"{word} {BUCKET}/{key} of {ACCOUNT}",)


MINE, THEIRS = lend(f"{S3}/reports/a"), lend(f"{S3}/bobs/a")
WEB = lend(f"{S3}/alice/a", by=subject("alice"))
IDENTITY = MINE["requestContext"]["identity"]

ATTACKS = [
    Attack("headers that name somebody else", headers(THEIRS, **FORGED), REFUSED, VAULT),
    Attack("a header that names somebody else's address", headers(MINE, **{"X-Forwarded-For": "127.0.0.1"}), "200", rule(8), got("reports/a")),
    Attack("somebody else in the body", lend(f"{S3}/bobs/a", caller=BOB), "400 InvalidRequest /caller", VAULT),
    Attack("somebody else as grantee in the body", lend(f"{S3}/bobs/a", grantee={"iam": BOB}), "400 InvalidRequest /grantee", VAULT),
    Attack("somebody else beside the context", THEIRS | {"identity": user("Bob"), "userArn": BOB}, REFUSED, rule(8)),
    Attack("somebody else in the context, beside the identity", context(THEIRS, userArn=BOB, caller=BOB), REFUSED, rule(8)),
    Attack("somebody else in the authorizer's words at the door for signatures", context(THEIRS, authorizer={"caller": subject("alice"), "userArn": BOB}), REFUSED, rule(8)),
    Attack("somebody else in stage variables", THEIRS | {"stageVariables": {"userArn": BOB}}, REFUSED, rule(8)),
    Attack("somebody else in the query", THEIRS | {"multiValueQueryStringParameters": {"userArn": [BOB]}}, "400 InvalidRequest", rule(13)),
    Attack("the administrators' path, typed by a caller", lend(f"{S3}/bobs/a") | {"path": "/admin/changes", "resource": "/admin/changes"}, REFUSED, rule(8)),
    Attack("nobody: no identity", context(MINE, identity=None), NOBODY, rule(8)),
    Attack("nobody: an identity of nulls", context(MINE, identity=dict.fromkeys(IDENTITY)), NOBODY, rule(8)),
    Attack("nobody: no context", MINE | {"requestContext": {"resourcePath": "/iam/credentials", "httpMethod": "POST"}}, NOBODY, rule(8)),
    Attack("a test invocation from the console", context(MINE, stage="test-invoke-stage"), NOBODY, rule(8)),
    Attack("an invocation without a stage", context(MINE, stage=None), NOBODY, rule(8)),
    Attack("a test invocation with a token's context", context(WEB, stage="test-invoke-stage"), NOBODY, rule(8)),
    Attack("a signature at the door for tokens", context(event("web-identity-credentials"), authorizer=None, identity=IDENTITY), NOBODY, rule(8)),
    Attack("a token at the door for signatures", context(WEB, resourcePath="/iam/credentials"), NOBODY, rule(8)),
    Attack("a token at the administrators' door", context(event("admin-grants"), identity=WEB["requestContext"]["identity"], authorizer=WEB["requestContext"]["authorizer"]), NOBODY, rule(8)),
    Attack("an authorizer that says nothing", context(WEB, authorizer={}), NOBODY, rule(8)),
    Attack("an authorizer that says an object", context(WEB, authorizer={"caller": {"issuer": "x"}}), NOBODY, VAULT),
    Attack("an authorizer's words with more members", context(WEB, authorizer={"caller": subject("alice")[:-1] + ',"admin":true}'}), NOBODY, VAULT),
    Attack("an authorizer's words with a claim that is an object", context(WEB, authorizer={"caller": subject("alice", groups={"a": "b"})}), NOBODY, VAULT),
    Attack("an authorizer's words without a subject", context(WEB, authorizer={"caller": subject("")}), NOBODY, rule(8)),
    Attack("a session named as a user is", ask("bobs/a", session("Mallory", "Bob")), REFUSED, rule(8)),
    Attack("a session named as a role is", ask("roles/a", session("Mallory", "Reader")), REFUSED, rule(8)),
    Attack("a session named with an ARN", ask("bobs/a", session("Mallory", BOB)), NOBODY, IDENTIFIERS),
    Attack("a session named with a slash and another role", ask("roles/a", session("Mallory", "alice/Reader")), NOBODY, IDENTIFIERS),
    Attack("a role named as a user is", ask("bobs/a", session("Bob", "alice")), REFUSED, rule(8)),
    Attack("a user named as a role is", ask("roles/a", user("Reader")), REFUSED, rule(8)),
    Attack("another user's home by a role of its name", ask("home/user/Bob/a", session("Bob", "alice")), REFUSED, rule(8)),
    Attack("one's own home by a role", ask("home/role/Bob/a", session("Bob", "alice")), "200", rule(8), got("home/role/Bob/a")),
    Attack("the session's name as the home's", ask("home/role/Bob/a", session("Mallory", "Bob")), REFUSED, rule(8)),
    Attack("a user whose path is another's name", ask("bobs/a", arn(f"arn:aws:iam::{ACCOUNT}:user/Bob/Mallory", "AIDA2EXAMPLEEXAMPLE7")), REFUSED, IDENTIFIERS),
    Attack("a user with a path: the same user", ask("bobs/a", arn(f"arn:aws:iam::{ACCOUNT}:user/division/Bob", "AIDA2EXAMPLEEXAMPLE7")), "200", IDENTIFIERS, got("bobs/a")),
    Attack("a role's own ARN, which no caller has", ask("roles/a", arn(f"arn:aws:iam::{ACCOUNT}:role/path/Reader", "AROA2EXAMPLEEXAMPLE1:alice")), NOBODY, IDENTIFIERS),
    Attack("a role of another account with the same name", ask("roles/a", arn("arn:aws:sts::999999999999:assumed-role/Reader/alice", "AROA2EXAMPLEEXAMPLE1:alice")), REFUSED, rule(8)),
    Attack("an ARN of one account and the id of another", ask("roles/a", arn(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice", "AROA2EXAMPLEEXAMPLE1:alice", "999999999999")), NOBODY, rule(8)),
    Attack("an account in digits of another script", ask("roles/a", arn("arn:aws:sts::١٢٣٤٥٦٧٨٩٠١٢:assumed-role/Reader/alice", "AROA2EXAMPLEEXAMPLE1:alice")), NOBODY, rule(8)),
    Attack("a session that the unique id does not have", ask("roles/a", arn(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice", "AROA2EXAMPLEEXAMPLE1:bob")), NOBODY, rule(8)),
    Attack("the root user", ask("reports/a", arn(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)), NOBODY, IDENTIFIERS),
    Attack("a federated user", ask("bobs/a", arn(f"arn:aws:sts::{ACCOUNT}:federated-user/Bob", f"{ACCOUNT}:Bob")), NOBODY, IDENTIFIERS),
    Attack("a service", ask("reports/a", arn("lambda.amazonaws.com", "AIDA2EXAMPLEEXAMPLE1", ACCOUNT)), NOBODY, IDENTIFIERS),
    Attack("a role in capitals", ask("roles/a", session("READER", "alice")), REFUSED, IDENTIFIERS),
    Attack("a role with a letter that looks alike", ask("roles/a", session("Rеader", "alice")), NOBODY, IDENTIFIERS),
    Attack("a line feed after the ARN, which $ does not see", ask("bobs/a", arn(f"{BOB}\n", "AIDA2EXAMPLEEXAMPLE2")), NOBODY, rule(8)),
    Attack("a role that was deleted and made again", ask("pinned/a", session("Pinned", "alice", "AROA2EXAMPLEEXAMPLE9")), REFUSED, IDENTIFIERS),
    Attack("the role as it was", ask("pinned/a", session("Pinned", "alice")), "200", IDENTIFIERS, got("pinned/a")),
    Attack("a session whose name is the pinned id", ask("pinned/a", session("Pinned", "AROA2EXAMPLEEXAMPLE1", "AROA2EXAMPLEEXAMPLE9")), REFUSED, IDENTIFIERS),
    Attack("a key of the table as a user's name", ask("bobs/a", arn(f"arn:aws:iam::{ACCOUNT}:user/Bob#x", "AIDA2EXAMPLEEXAMPLE7")), NOBODY, rule(8)),
    Attack("another partition", ask("bobs/a", arn(f"arn:aws-cn:iam::{ACCOUNT}:user/Bob", "AIDA2EXAMPLEEXAMPLE2")), REFUSED, IDENTIFIERS),
    Attack("the user of the memo, with a grant that has ended", ask("old/a", user()), REFUSED, rule(2)),
    Attack("the lent session itself, asking for more", ask("bobs/a", session("AllowedAssumeS3Role", "AssumeS3User-abc-def")), REFUSED, rule(14)),
    Attack("to write with a grant to read", lend(f"{S3}/reports/a", "WRITE"), REFUSED, rule(5)),
    Attack("to read with a grant to write", lend(f"{S3}/drop/a", "READ"), REFUSED, rule(5)),
    Attack("to do both with a grant to write", lend(f"{S3}/drop/a", "READWRITE"), REFUSED, rule(5)),
    Attack("whose the unknown user is is told by the whole grantee", ask("reports/a", user("assumes3user")), REFUSED, rule(8)),
]  # fmt: skip
assert IDENTITY["userArn"] == USER_ARN

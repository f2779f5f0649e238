"""STS's own protocol: forms that ask for more than their grant, or about the grants of others; its token is in the body."""

import time
from urllib.parse import parse_qsl, urlencode

import jwt

from tests.attacks.attack import BUCKET, Attack, Event, context, event
from tests.attacks.sources import AUDIENCE, HMAC, TWICE, rule
from tests.support.make import ACCOUNT, ROLE_ARN
from tests.support.tokens import claims, rsa_key, sign

NOW = int(time.time())
FORM = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html"
REFUSED, INVALID = "403 AccessDenied", "400 InvalidIdentityToken"
WRONG = "400 ValidationError"
OPENED = (f"READ {BUCKET}/alice/* of {ACCOUNT}", f"LIST {BUCKET}/alice/* of {ACCOUNT}")
WHOLE = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'


def lasting(**members: object) -> dict[str, object]:
    return claims(**{"iat": NOW, "exp": NOW + 3600} | members)


GOOD = sign(lasting())


def ask(
    id_: str = "alices", token: str = GOOD, *, more: str = "", without: str = "", **given: str
) -> Event:
    """What an SDK asks of the route; the usual parameters are filled in."""
    usual = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": ROLE_ARN,
        "RoleSessionName": "a-name",
        "WebIdentityToken": token,
    }
    kept = {name: value for name, value in (usual | given).items() if name != without}
    return event("sts", urlencode(kept) + more) | {"pathParameters": {"grantId": id_}}


def by_query(id_: str = "alices", **more: list[str]) -> Event:
    """The same in the query, as some clients ask."""
    asked = ask(id_)
    given = {name: [value] for name, value in parse_qsl(asked["body"])} | more
    return asked | {"body": None, "multiValueQueryStringParameters": given}


def typed(content_type: str) -> Event:
    return ask() | {"multiValueHeaders": {"Content-Type": [content_type]}}


ATTACKS = [
    Attack("one's own grant", ask(), "200", FORM, OPENED),
    Attack("one's own grant, by a session name of somebody else's", ask(RoleSessionName="Administrator"), "200", FORM, OPENED),
    Attack("a grant of somebody in AWS", ask("bobs"), REFUSED, rule(8)),
    Attack("a grant of another issuer's subject of one's name", ask("others"), REFUSED, rule(8)),
    Attack("a grant of a group that one is not in", ask("tenants"), REFUSED, rule(8)),
    Attack("a grant that is not there", ask("no-such-grant"), REFUSED, rule(10)),
    Attack("a grant by a prefix of its id", ask("alice"), REFUSED, rule(10)),
    Attack("a grant in other case", ask("ALICES"), REFUSED, rule(10)),
    Attack("a grant whose id leads elsewhere in the table", ask("../locations/hogehoge-bucket"), REFUSED, rule(8)),
    Attack("a grant whose id is a key of the table", ask("grants#alices"), REFUSED, rule(8)),
    Attack("a grant without an id", ask(""), REFUSED, rule(8)),
    Attack("a grant of two thousand characters", ask("x" * 2000), REFUSED, rule(8)),
    Attack("a grant with a line feed after its id", ask("alices\n"), REFUSED, rule(8)),
    Attack("a policy of one's own", ask(Policy=WHOLE), WRONG, rule(2)),
    Attack("an empty policy", ask(Policy=""), WRONG, rule(2)),
    Attack("a managed policy", ask(**{"PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/AdministratorAccess"}), WRONG, rule(2)),
    Attack("tags for the session", ask(**{"Tags.member.1.Key": "team", "Tags.member.1.Value": "admin"}), WRONG, FORM),
    Attack("a source identity of somebody else's", ask(SourceIdentity="Administrator"), WRONG, FORM),
    Attack("another provider", ask(ProviderId="www.amazon.com"), WRONG, FORM),
    Attack("a role of one's choice", ask(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/Administrator"), WRONG, FORM),
    Attack("the role in another account", ask(RoleArn=ROLE_ARN.replace(ACCOUNT, "210987654321")), WRONG, FORM),
    Attack("an hour and a second", ask(DurationSeconds="3601"), WRONG, FORM, looked_up=True),
    Attack("half a day", ask(DurationSeconds="43200"), WRONG, FORM, looked_up=True),
    Attack("a duration of less than STS lends", ask(DurationSeconds="1"), WRONG, FORM),
    Attack("a duration that wraps around", ask(DurationSeconds="-1"), WRONG, FORM),
    Attack("another operation, which needs no token", ask(Action="GetCallerIdentity"), "400 InvalidAction", FORM),
    Attack("another operation with the same parameters", ask(Action="AssumeRole"), "400 InvalidAction", FORM),
    Attack("two operations", ask(more="&Action=AssumeRole"), WRONG, TWICE),
    Attack("two tokens in one form, of which one is good", ask(more="&WebIdentityToken=x"), WRONG, TWICE),
    Attack("two durations", ask(DurationSeconds="900", more="&DurationSeconds=3600"), WRONG, TWICE),
    Attack("a policy by an escaped name", ask(more="&%50olicy=x"), WRONG, rule(2)),
    Attack("a form that says it is JSON", typed("application/json"), WRONG, rule(13)),
    Attack("a form in another character set", typed("application/x-www-form-urlencoded; charset=utf-7"), WRONG, rule(13)),
    Attack("a form of many parameters", ask(more="&a=" * 6000), "413 RequestEntityTooLarge", rule(13)),
    Attack("a query beside the form", ask() | {"multiValueQueryStringParameters": {"Policy": ["x"]}}, WRONG, rule(13)),
    Attack("one's own grant, asked for in the query", by_query(), "200", FORM, OPENED),
    Attack("a policy in the query", by_query(Policy=[WHOLE]), WRONG, rule(2)),
    Attack("two tokens in the query", by_query(WebIdentityToken=[GOOD, GOOD]), WRONG, TWICE),
    Attack("another's grant, asked for in the query", by_query("bobs"), REFUSED, rule(8)),
    Attack("a form without a token", ask(without="WebIdentityToken"), WRONG, rule(8)),
    Attack("a form whose token says that it is not signed", ask(token=jwt.encode(lasting(), "", "none", headers={"kid": "key-1"})), INVALID, rule(8)),
    Attack("a form whose token is signed with the public key as a secret", ask(token=jwt.encode(lasting(), "x" * 64, "HS256", headers={"kid": "key-1"})), INVALID, HMAC),
    Attack("a form whose token has another key's signature", ask(token=sign(lasting(), key=rsa_key("mine"))), INVALID, rule(8)),
    Attack("a form whose token is for somebody else", ask(token=sign(lasting(aud="sts.amazonaws.com"))), INVALID, AUDIENCE),
    Attack("a form whose token has expired", ask(token=sign(lasting(iat=NOW - 7200, exp=NOW - 3600))), "400 ExpiredTokenException", rule(8)),
    Attack("a form whose token never ends", ask(token=sign(lasting(exp=None))), INVALID, rule(8)),
    Attack("a form whose token has Bearer before it", ask(token=f"Bearer {GOOD}"), INVALID, rule(8)),
    Attack("a form whose token is a signature of AWS", ask(token="AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/x"), INVALID, rule(8)),
    Attack("a good form from the console's test page", context(ask(), stage="test-invoke-stage"), REFUSED, rule(8)),
    Attack("an authorizer's word beside the token", context(ask(token="x.y.z"), authorizer={"caller": "{}"}), INVALID, rule(8)),
    Attack("a signature of IAM's in place of the token", context(ask(without="WebIdentityToken"), identity={"sourceIp": "192.0.2.7", "userArn": f"arn:aws:iam::{ACCOUNT}:user/AssumeS3User"}), WRONG, rule(8)),
]  # fmt: skip

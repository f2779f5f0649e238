"""After all other tests of the run: nothing that was handed out or sent in was written down."""

import re
from urllib.parse import urlencode

import pytest
import urllib3

from local.cloud import aws
from local.cloud.client import Call, Credentials
from local.cloud.ministack import Cloud
from tests.acceptance.acts import outside
from tests.cloud.test_record import Logs, all_records
from tests.cloud.witness import FINGERPRINT, Witness
from tests.support.contract import Contract

BUCKET = "s3://hogehoge-bucket"
REPORTS = {"target": f"{BUCKET}/reports/*", "permission": "READ"}
COMPACT = {
    "format": "compact",
    "method": "GET",
    "prefix": f"{BUCKET}/reports/",
    "keys": ["2026.csv"],
}
FORM = {"method": "POST", "target": f"{BUCKET}/uploads/form"}
PASSWORD, WRONG = "a-password-of-a-link-1", "a-password-of-no-link-2"
LINK = {"target": f"{BUCKET}/reports/2026.csv", "kind": "download", "expiresIn": 600}


@pytest.fixture(scope="module")
def asked(cloud: Cloud, call: Call, user: Credentials, witness: Witness) -> dict[str, str]:
    """One secret of each kind, by what it is, whatever else has run before."""
    bearer = cloud.issuer.token(outside.GOOGLE_SHAPED)
    token = {"Authorization": f"Bearer {bearer}"}
    lent = call("POST", "/iam/credentials", REPORTS, user).json["credentials"]
    urls = [{"method": "GET", "target": f"{BUCKET}/reports/2026.csv"}]
    (url,) = call("POST", "/iam/presigned-urls", {"expiresIn": 60, "requests": urls}, user).json["urls"]  # fmt: skip
    short = call("POST", "/iam/presigned-urls", COMPACT | {"expiresIn": 60}, user).json
    (form,) = call("POST", "/iam/presigned-urls", {"expiresIn": 60, "requests": [FORM]}, user).json["urls"]  # fmt: skip
    call("GET", "/web-identity/identity", headers=token)
    call("GET", "/web-identity/identity", headers={"Authorization": f"{bearer[:-9]}AAAAAAAAA"})
    call("POST", "/iam/credentials", REPORTS | {"permission": lent["sessionToken"]}, user)
    call("POST", "/iam/credentials", '{"permission": ' + lent["secretAccessKey"], user)
    mine = Credentials(lent["accessKeyId"], lent["secretAccessKey"], lent["sessionToken"])
    call("POST", "/iam/credentials", REPORTS, mine)
    link = call("POST", "/iam/shares", LINK | {"password": PASSWORD}, user).json["url"]
    ticket = opened(link)
    return {
        "a link's token": link.rpartition("/")[2],
        "a link's password": PASSWORD,
        "a password that was refused": WRONG,
        "a link's ticket": ticket,
        "a secret key": lent["secretAccessKey"],
        "a session token": lent["sessionToken"],
        "a URL's signature": url["url"].rpartition("=")[2],
        "a signature of the compact form": short["urls"][0][1],
        "a form's signature": form["fields"]["x-amz-signature"],
        "a form's session token": form["fields"]["x-amz-security-token"],
        "an issuer's token": bearer,
        "an issuer's token that was refused": f"{bearer[:-9]}AAAAAAAAA",
    }


def opened(link: str) -> str:
    """The ticket of a link that is opened, tried, refused and used."""
    with urllib3.PoolManager() as http:

        def post(**fields: str) -> str:
            body = urlencode(fields)
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = http.request("POST", link, body=body, headers=form, redirect=False)
            return answer.data.decode()

        http.request("GET", link)
        http.request("PUT", link)
        post(do="password", password=WRONG)
        page = post(do="password", password=PASSWORD)
        ticket = re.search('name="ticket" value="([^"]+)"', page)
        assert ticket, page
        post(do="download", ticket=ticket[1])
        post(do="nothing", ticket=ticket[1], password=PASSWORD)
        http.request("POST", link, json={"do": "put", "ticket": ticket[1]})
        return ticket[1]


def test_the_witness_has_seen_every_kind_of_secret(asked: dict[str, str], witness: Witness) -> None:
    assert {name for name, secret in asked.items() if secret not in witness.secrets} == set()


@pytest.mark.parametrize("around", ["{}", '{{"a": "{}"}}', "xxxx{}", "https://x/?a={}&b=c"])
def test_a_secret_is_found_wherever_it_stands(
    around: str, asked: dict[str, str], witness: Witness
) -> None:
    for secret in asked.values():
        assert witness.found_in([around.format(secret)]) >= {secret[-FINGERPRINT:]}
    assert witness.found_in(["nothing but words, and an id: abcdefghijklmnop-0123456789"]) == set()


@pytest.mark.invariant(10)
def test_no_log_holds_a_secret(cloud: Cloud, asked: dict[str, str], witness: Witness) -> None:
    lines = list(Logs(cloud).lines())
    assert any('"record":"audit"' in line for line in lines)
    assert witness.found_in(lines) == set()


@pytest.mark.invariant(11)
def test_every_record_of_the_run_is_one_that_the_schema_tells(cloud: Cloud, asked: object) -> None:
    contract = Contract.read(closed=True)
    found = all_records(Logs(cloud))
    assert {one["outcome"] for one in found} >= {"granted", "refused"}
    faults = {
        f"{one['action']}: {fault}"
        for one in found
        for fault in contract.faults({"$ref": "#/components/schemas/AuditRecord"}, one)
    }
    assert faults == set()
    assert len({one["vendId"] for one in found}) == len(found)


@pytest.mark.invariant(10)
def test_no_error_tells_a_secret(asked: dict[str, str], witness: Witness) -> None:
    assert any('"InvalidRequest"' in body for body in witness.errors)
    assert any('"NotAuthenticated"' in body for body in witness.errors)
    assert witness.found_in(witness.errors) == set()


def test_no_metric_holds_a_secret(cloud: Cloud, asked: dict[str, str], witness: Witness) -> None:
    cloudwatch = aws.session(cloud.root).client("cloudwatch", endpoint_url=cloud.endpoint)
    assert witness.found_in([str(cloudwatch.list_metrics()["Metrics"])]) == set()

"""How each of ``events/*.json`` is answered by a function of a seeded local cloud with ``TESTS``."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REFUSED = ROOT / "events/authorizer.json"
SCHEDULED = sorted((ROOT / "events").glob("reconciliation*.json"))
EVENTS = sorted({*(ROOT / "events").glob("*.json")} - {REFUSED, *SCHEDULED})  # of routes
TESTS = {  # a document: events ask for this entry, and local/vending.yaml has no tests
    "version": 1,
    "tests": [{"id": "payroll", "scope": "s3://payroll-bucket/*", "onlyReachedBy": []}],
}
STATUS = {
    "credentials-refused": 403,
    "sts": 400,  # nobody signed its token
    "credentials-role": 403,
    "admin-vend": 404,  # nor was there such a vend
    "web-identity-multipart-uploads": 403,
    "admin-revocation": 404,
    "admin-lift": 404,
    **{
        f"admin-staged-{what}": 404  # no such change is staged
        for what in ("change", "changes", "part", "commit", "cancel")
    },
    "preflight": 204,
    "admin-share": 404,
    "admin-share-end": 404,
    "link": 404,
    "link-use": 404,
    **{f"{door}share{what}": 404 for door in ("", "web-identity-") for what in ("", "-end")},
    **{f"{door}shares-create": 403 for door in ("", "web-identity-")},  # no grant of theirs
    **{
        f"{door}multipart-uploads-{what}": 404  # no such upload runs
        for door in ("", "web-identity-")
        for what in ("parts", "completion", "abort")
    },
}


def check(path: Path, response: dict[str, Any]) -> None:
    """Check the answer to an event of a route."""
    assert response["statusCode"] == STATUS.get(path.stem, 200), response["body"]
    match path.stem:
        case "sts":
            assert "InvalidIdentityToken" in response["body"]
        case "link" | "link-use":
            assert response["body"].startswith("<!DOCTYPE html>")
            assert response["headers"]["Referrer-Policy"] == "no-referrer"
        case "preflight":
            assert response["headers"]["Access-Control-Allow-Origin"] == "https://app.example.com"
        case _:
            assert json.loads(response["body"])

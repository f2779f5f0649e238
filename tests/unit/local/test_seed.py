import json
from pathlib import Path

from local.stack.seed import vending


def test_times_stay_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "vending.yaml"
    path.write_text("version: 1\ngrants: [{expires: 2027-01-01T00:00:00Z, maxDuration: 15m}]")
    assert vending("", path) == {
        "version": 1,
        "grants": [{"expires": "2027-01-01T00:00:00Z", "maxDuration": "15m"}],
    }


def test_the_local_grants_can_be_sent_as_json() -> None:
    document = vending("http://127.0.0.1:4567")
    assert json.loads(json.dumps(document)) == document
    assert document["version"] == 1
    assert document["issuers"][0]["issuer"] == "http://127.0.0.1:4567"
    assert "LOCAL_ISSUER" not in json.dumps(document)

"""The queries of docs/audit.md, run: on records of the real functions and CloudTrail's events.

The engine is DuckDB. What Athena calls by another name, or has in another way:

- ``json_extract_scalar`` is ``json_extract_string`` there;
- the tables: ours is read from lines whose members' names are in lower case, as Athena's SerDe
  takes them, with the column types of the page; CloudTrail's as far as the queries use it.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from tests.support.logged import vended_apart
from tests.support.pages import ROOT, pages
from tests.unit.functions.test_functions import CONTEXT, event, records
from tests.unit.functions.test_functions import load as load  # noqa: PLC0414 - a fixture of that module
from tools.reference.record import columns, schema

type Load = Callable[[str], ModuleType]
type Rows = list[tuple[Any, ...]]

PAGE = pages()["docs/audit.md"]
TABLE, VIEW, *QUERIES = [block.text for block in PAGE.blocks if block.language == "sql"]
NAMED = {text.splitlines()[0].removeprefix("-- "): text for text in QUERIES}
TYPES = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "array<string>": "VARCHAR[]",
}
CLOUDTRAIL = {
    "eventtime": "VARCHAR",
    "eventsource": "VARCHAR",
    "eventname": "VARCHAR",
    "sourceipaddress": "VARCHAR",
    "errorcode": "VARCHAR",
    "errormessage": "VARCHAR",
    "useridentity": "STRUCT(type VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, "
    "sessioncontext STRUCT(sessionissuer STRUCT(arn VARCHAR, accountid VARCHAR)))",
    "requestparameters": "VARCHAR",
}
SAMPLE: dict[str, Any] = json.loads((ROOT / "tests/recorded/cloudtrail-s3.json").read_text())
BUCKET = "hogehoge-bucket"


def lowered(members: Mapping[str, Any]) -> dict[str, Any]:
    """Athena's SerDe has the names in lower case, at every depth."""
    return {
        name.lower(): lowered(value) if name in ("sessionContext", "sessionIssuer") else value
        for name, value in members.items()
    }


def used(record: Mapping[str, Any], key: str, time: str, **more: Any) -> dict[str, Any]:
    """A data event of S3: this session asked for a key."""
    made = json.loads(json.dumps(SAMPLE).replace("SESSION", record["roleSessionName"]))
    made["requestParameters"]["key"] = key
    made |= {"eventTime": time, **more}
    flat = lowered(made)
    identity = lowered(flat["useridentity"])
    return {name: identity if name == "useridentity" else flat[name] for name in CLOUDTRAIL}


def by_a_role_of_their_own(use: dict[str, Any]) -> dict[str, Any]:
    """The same by another role, whose session somebody has named as one of ours."""
    return json.loads(json.dumps(use).replace("AllowedAssumeS3Role", "Theirs"))  # type: ignore[no-any-return]


class Engine:
    """Both tables, and what a query of the page finds in them."""

    def __init__(self, place: Path, trail: list[dict[str, Any]], events: list[dict[str, Any]]):
        self.duckdb = duckdb.connect()
        self.duckdb.execute(
            "CREATE MACRO json_extract_scalar(text, path) AS json_extract_string(text, path)"
        )
        self.duckdb.execute(
            "CREATE MACRO array_join(list, separator) AS array_to_string(list, separator)"
        )
        types = {name: TYPES[kind] for name, kind in columns().items()} | {"day": "VARCHAR"}
        lines = [lowered(one) | {"day": one["time"][:10]} for one in trail]
        self._table("s3vend_audit", place, lines, types)
        self._table("cloudtrail_logs", place, events, CLOUDTRAIL)
        self.duckdb.execute(VIEW)

    def _table(
        self, name: str, place: Path, lines: list[dict[str, Any]], types: Mapping[str, str]
    ) -> None:
        path = place / f"{name}.json"
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        told = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
        self.duckdb.execute(
            f"CREATE TABLE {name} AS SELECT * FROM read_json('{path}', "  # noqa: S608 - of this test
            f"format = 'newline_delimited', columns = {{{told}}})"
        )

    def ask(self, name: str, **put: str) -> Rows:
        """The rows; ``put`` puts what was recorded in the place of the page's examples."""
        text = NAMED[name]
        for example, value in put.items():
            assert example in text
            text = text.replace(example, value)
        return self.duckdb.execute(text).fetchall()


@pytest.fixture
def trail(load: Load, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    """What the real functions write, by what was asked of them; all of it at the same time."""
    asked = {
        "credentials": ("credentials", event("credentials")),
        "urls": ("presigned_urls", event("presigned-urls")),
        "subject": ("credentials", event("web-identity-credentials")),
        "refused": ("credentials", event("credentials", permission="WRITE")),
        "changes": ("administration", event("admin-changes", dryRun=False)),
    }
    found = {}
    for name, (function, made) in asked.items():
        loaded = load(function)
        capsys.readouterr()
        loaded.handler(made, CONTEXT)
        for record in records(capsys.readouterr().out):
            found["change" if record["action"] == "change" else name] = record
    times = {"time": "2026-11-23T12:00:00Z", "expiresAt": "2026-11-23T12:15:00Z"}
    return {
        name: record | {key: value for key, value in times.items() if key in record}
        for name, record in found.items()
    }


def engine(
    place: Path, trail: Mapping[str, dict[str, Any]], events: list[dict[str, Any]]
) -> Engine:
    return Engine(place, list(trail.values()), events)


def test_the_tables_columns_are_the_records_members() -> None:
    listed = dict(re.findall(r"^  `(\w+)` ([\w<>]+),?$", TABLE, re.MULTILINE))
    assert listed == columns()


def test_the_table_lies_where_the_stream_writes() -> None:
    template = (ROOT / "template.yaml").read_text()
    assert "Prefix: records/day=!{timestamp:yyyy-MM-dd}/" in template
    assert "'storage.location.template' = 's3://BUCKET/records/day=${day}/'" in TABLE
    assert "'projection.day.format' = 'yyyy-MM-dd'" in TABLE


def test_who_used_a_key(tmp_path: Path, trail: dict[str, dict[str, Any]]) -> None:
    key = "reports/2026.csv"
    events = [
        used(trail["urls"], key, "2026-11-23T12:01:00Z"),
        used(trail["subject"], key, "2026-11-23T12:02:00Z", errorCode="AccessDenied"),
        used(trail["urls"], "reports/other.csv", "2026-11-23T12:03:00Z"),
        used({"roleSessionName": "somebody-else"}, key, "2026-11-23T12:04:00Z"),
        by_a_role_of_their_own(used(trail["urls"], key, "2026-11-23T12:05:00Z")),
    ]
    rows = engine(tmp_path, trail, events).ask("Who used this key, and by which grant?")
    urls, subject = trail["urls"], trail["subject"]
    assert rows == [
        ("2026-11-23T12:01:00Z", "GetObject", None, "192.0.2.7", urls["caller"], None, None, urls["grant"], urls["sessionId"]),
        ("2026-11-23T12:02:00Z", "GetObject", "AccessDenied", "192.0.2.7", None, subject["issuer"], subject["subject"], subject["grant"], subject["sessionId"]),
    ]  # fmt: skip


def test_who_used_a_key_by_the_second_session_of_a_batch(
    tmp_path: Path, trail: dict[str, dict[str, Any]]
) -> None:
    apart: dict[str, Any] = vended_apart(1, 1000, 1001, targets=[f"s3://{BUCKET}/reports/2026.csv"])
    second = apart["sessions"][1]
    events = [used(second, "reports/2026.csv", "2026-11-23T12:01:00Z")]
    found = engine(tmp_path, trail | {"apart": apart}, events)
    (row,) = found.ask("Who used this key, and by which grant?")
    assert row[-2:] == ("g1", second["sessionId"])
    (row,) = found.ask("What did this vend touch?", VEND=apart["vendId"])
    assert row[0] == "2026-11-23T12:01:00Z"
    name = "Which sessions of the role were not vended by us? There should be none."
    assert found.ask(name) == []


def test_what_a_vend_touched(tmp_path: Path, trail: dict[str, dict[str, Any]]) -> None:
    urls, lent = trail["urls"], trail["credentials"]
    key = urls["targets"][0].removeprefix(f"s3://{BUCKET}/")
    events = [
        used(urls, key, "2026-11-23T12:01:00Z"),
        used(urls, "reports/of-another-vend", "2026-11-23T12:02:00Z"),
        used(urls, key, "2026-11-23T12:16:00Z"),
        used(lent, "reports/any", "2026-11-23T12:03:00Z"),
    ]
    asked = engine(tmp_path, trail, events)
    name = "What did this vend touch?"
    assert [row[0] for row in asked.ask(name, VEND=urls["vendId"])] == ["2026-11-23T12:01:00Z"]
    assert [row[4] for row in asked.ask(name, VEND=lent["vendId"])] == ["reports/any"]


def test_uses_after_a_revocation(tmp_path: Path, trail: dict[str, dict[str, Any]]) -> None:
    urls = trail["urls"]
    denied = {"errorCode": "AccessDenied", "errorMessage": "explicit deny in an identity-based policy"}  # fmt: skip
    events = [
        used(urls, "reports/a", "2026-11-23T12:29:59Z"),
        used(urls, "reports/a", "2026-11-23T12:30:02Z"),
        used(urls, "reports/a", "2026-11-23T12:30:05Z", **denied),
        used(urls, "reports/a", "2026-11-23T12:31:00Z", **denied),
        used(trail["subject"], "reports/a", "2026-11-23T12:31:00Z"),
        by_a_role_of_their_own(used(urls, "reports/a", "2026-11-23T12:32:00Z")),
    ]
    name = "How were a caller's sessions used after they were revoked, and until when were they let through?"  # fmt: skip
    rows = engine(tmp_path, trail, events).ask(name)
    assert sorted(rows, key=str) == sorted(
        [
            (urls["sessionId"], "AccessDenied", 2, "2026-11-23T12:30:05Z", "2026-11-23T12:31:00Z"),
            (urls["sessionId"], None, 1, "2026-11-23T12:30:02Z", "2026-11-23T12:30:02Z"),
        ],
        key=str,
    )


def test_sessions_that_we_did_not_vend(tmp_path: Path, trail: dict[str, dict[str, Any]]) -> None:
    stranger = {"roleSessionName": "a-b-c-aaaaaaaaaaaaaaaa"}
    start = {"roleSessionName": "AssumeS3User-caller-grant-bbbbbbbbbbbbbbbb"}
    trail["urls"]["startSessionId"] = "bbbbbbbbbbbbbbbb"
    events = [
        used(one, "reports/a", "2026-11-23T12:01:00Z") for one in (trail["urls"], stranger, start)
    ]
    events.append(
        by_a_role_of_their_own(used({"roleSessionName": "x"}, "a", "2026-11-23T12:02:00Z"))
    )
    rows = engine(tmp_path, trail, events).ask(
        "Which sessions of the role were not vended by us? There should be none."
    )
    assert [row[0].rpartition("/")[2] for row in rows] == [stranger["roleSessionName"]]


def test_who_is_refused(tmp_path: Path, trail: dict[str, dict[str, Any]]) -> None:
    refused = trail["refused"]
    assert engine(tmp_path, trail, []).ask("Who is refused, and why?") == [
        (refused["caller"], "credentials", "AccessDenied", "NoGrant", 1, refused["time"])
    ]


def test_what_was_changed(tmp_path: Path, trail: dict[str, dict[str, Any]]) -> None:
    change = trail["change"]
    assert engine(tmp_path, trail, []).ask("What was changed in the grants, and by whom?") == [
        (change["time"], change["caller"], change["revision"], "add", change["change"]["id"], None, change["change"]["after"].get("permission"))
    ]  # fmt: skip


def test_every_query_of_the_page_is_run_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in NAMED if f'"{name}"' not in text] == []


def test_the_queries_for_insights_name_members_that_records_have() -> None:
    ours = PAGE.blocks[-2].text
    assert PAGE.blocks[-2].language == "console"
    text = re.sub(r'"[^"]*"|#.*|@\w+', "", ours)
    words = set(re.findall(r"[A-Za-z]+", text))
    language = {
        "fields",
        "filter",
        "sort",
        "limit",
        "desc",
        "asc",
        "stats",
        "by",
        "and",
        "bin",
        "h",
    }
    language |= {
        "count",
        "sum",
        "min",
        "max",
        "as",
        "ispresent",
        "strcontains",
        "vends",
        "keys",
        "first",
        "last",
    }
    assert words - language <= schema()["properties"].keys()

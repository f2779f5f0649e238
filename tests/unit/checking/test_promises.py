"""Tests in a file: each part that does not hold is an error, at its own place."""

from typing import Any

import pytest

from tests.support.checking import checked, file, found, grant, role

ONLY = {"id": "hr", "scope": "s3://bkt/hr/*", "onlyReachedBy": [role("Analyst")]}
HR = grant("hr", "hr/*")


def reaches(**members: str) -> dict[str, Any]:
    return {"id": "analyst", "as": role("Analyst"), "reaches": members}


@pytest.mark.parametrize(
    ("grants", "test", "pointers"),
    [
        ([HR], ONLY, []),
        ([HR, grant("b", "hr/x", role("Audit"))], ONLY, ["/tests/0/onlyReachedBy"]),
        ([HR], reaches(READ="s3://bkt/hr/*"), []),
        ([HR], reaches(WRITE="s3://bkt/hr/*"), ["/tests/0/reaches"]),
        ([HR], {"id": "n", "as": role("A"), "refused": {"READ": "s3://bkt/*"}}, []),
        ([HR], {"id": "n", "as": role("Analyst"), "refused": {"READ": "s3://bkt/*"}}, ["/tests/0/refused"]),
    ],
)  # fmt: skip
def test_a_test_that_does_not_hold_is_an_error(
    grants: list[dict[str, Any]], test: dict[str, Any], pointers: list[str]
) -> None:
    failed = [one for one in found(file(*grants, tests=[test])) if one[0] != "GranteesOverlap"]
    assert failed == [("TestFailed", 0, pointer) for pointer in pointers]


def test_a_test_of_another_file_is_about_all_of_them() -> None:
    tests = {"version": 1, "tests": [ONLY]}
    wider = file(HR, grant("b", "hr/x", role("Audit")))
    assert ("TestFailed", 1, "/tests/0/onlyReachedBy") in found(wider, tests)


def test_a_test_that_stands_is_judged_too_and_the_rest_is_still_shown() -> None:
    wider = file(HR, grant("b", "hr/x", role("Audit")))
    report = checked(wider, against=[file(HR, tests=[ONLY])])
    errors = [(one.code, one.pointer) for one in report.findings if one.level == "error"]
    assert errors == [("TestFailed", "/tests")]
    assert [one["kind"] for one in report.differences] == ["gained"]


def test_what_the_service_refuses_of_tests_is_a_fault() -> None:
    of_nobody = reaches(READ="s3://bkt/hr/*") | {
        "as": {"issuer": "https://other.example.com", "subject": "x"}
    }
    codes = {one[0] for one in found(file(HR, tests=[of_nobody]))}
    assert codes <= {"InvalidRequest", "TestFailed"}
    assert codes

"""The ``tests:`` of a document, judged as it stands once it is applied."""

from collections.abc import Iterator

from vending.catalogue.plan import plan
from vending.catalogue.proposal import Proposal, Setting, Stored
from vending.checking.findings import INVALID, TEST_FAILS, Level
from vending.documents.document import ChangesRequest
from vending.errors import InvalidRequest
from vending.expectations.judge import failures
from vending.reach.document import Document

type Failed = tuple[str, str]  # a pointer to the part of the test, and why it does not hold


def failed_tests(proposal: Proposal, document: Document) -> Iterator[Failed]:
    """Yield each part of a test that does not hold, whether it held before or not.

    All tests are judged: the files' own, and those that stand and stay.
    """
    for test in proposal.expected.values():
        for failure in failures(test, document):
            pointer = proposal.pointer_to(test, failure.member)
            yield pointer, f"the test {test.id!r} does not hold: {failure.detail}"


def planned(
    request: ChangesRequest, stored: Stored, setting: Setting
) -> Iterator[tuple[Level, str, str, str]]:
    """What the service's plan says of tests: level, code, pointer and detail."""
    if not (request.tests or stored.tests):
        return
    try:
        warnings = plan(request, stored, setting).warnings
    except InvalidRequest as error:
        yield from (("error", INVALID, one.pointer, one.detail) for one in error.faults)
    else:
        of_tests = (one for one in warnings if one.code == TEST_FAILS)
        yield from (("warning", TEST_FAILS, one.pointer, one.detail) for one in of_tests)

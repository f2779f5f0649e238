"""Errors cross processes, as from a pool of them, with all that they say."""

import copy
import pickle

import pytest

import s3vend

PROBLEM = s3vend.Problem(403, "AccessDenied", "No.", "r-1", (s3vend.Fault("/target", "is not"),))
ERRORS = {
    name: one
    for name in s3vend.__all__
    if (one := getattr(s3vend, name))
    and isinstance(one, type)
    and issubclass(one, s3vend.S3VendError)
}


def raised(kind: "type[s3vend.S3VendError]") -> s3vend.S3VendError:
    if issubclass(kind, s3vend.ServiceError):
        return kind("POST /iam/credentials", PROBLEM, ["a note"])
    if issubclass(kind, s3vend.StorageError):
        return kind("put s3://b/k", 403, "AccessDenied", "Denied")
    if issubclass(kind, s3vend.IdentityError):
        return kind("None found.", ["S3VEND_TOKEN: not set"])
    return kind("It failed.")


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_the_same_in_another_process(name: str) -> None:
    error = raised(ERRORS[name])
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own
        assert type(other) is type(error)
        assert (str(other), vars(other)) == (str(error), vars(error))

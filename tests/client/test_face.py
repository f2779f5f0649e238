"""What users import from the package."""

import ast
from pathlib import Path
from types import ModuleType

import pytest

import s3vend
from tests.client.conftest import run

# A name that goes, or changes its meaning, breaks programs of users: it needs a line in CHANGELOG.
NAMES = [
    "AccessDenied",
    "ChecksumMismatch",
    "CommonPrefix",
    "Credentials",
    "DiskFull",
    "Downloaded",
    "Fault",
    "FileChanged",
    "FileExists",
    "Form",
    "Fresh",
    "IdentityError",
    "InvalidRequest",
    "Listed",
    "NewShare",
    "NotAuthenticated",
    "NotFound",
    "ObjectChanged",
    "ObstoreProvider",
    "PolarsProvider",
    "PreconditionFailed",
    "Problem",
    "Result",
    "S3VendError",
    "Service",
    "ServiceError",
    "SettingsError",
    "SetupRefused",
    "Share",
    "StorageError",
    "Synced",
    "TooManyRequests",
    "Total",
    "TransferError",
    "Unavailable",
    "UnexpectedAnswer",
    "Unreachable",
    "Uploaded",
    "Url",
    "abandon",
    "aiobotocore_session",
    "botocore_session",
    "connect",
    "credentials",
    "download",
    "duckdb_secret",
    "fresh",
    "list_objects",
    "post_form",
    "presign",
    "progress_bar",
    "pyarrow_keys",
    "pyiceberg_properties",
    "session",
    "share",
    "shares",
    "sync",
    "unshare",
    "upload",
]


def test_the_package_exports_these_names_and_no_others() -> None:
    assert s3vend.__all__ == NAMES
    assert set(NAMES) <= set(dir(s3vend))
    for name in NAMES:
        getattr(s3vend, name)  # which imports it
    public = {
        name
        for name, one in vars(s3vend).items()
        if not name.startswith("_") and not isinstance(one, ModuleType)
    }
    assert public == set(NAMES)


@pytest.mark.parametrize("name", [*NAMES, "__version__"])
def test_an_exported_name_is_imported_from_the_package(name: str) -> None:
    found: dict[str, object] = {}
    exec(f"from s3vend import {name}", found)  # noqa: S102 - as users write it
    assert found[name] is getattr(s3vend, name)


def test_no_room_has_the_name_of_an_export() -> None:
    rooms = {path.stem for path in Path(s3vend.__file__).parent.iterdir()}
    assert rooms & set(NAMES) == set()


def test_importing_the_package_imports_no_aws_library() -> None:
    code = "import sys, s3vend; print({'botocore', 'boto3', 'awscrt'} & set(sys.modules))"
    done = run(code)
    assert done.stdout.strip() == "set()"


def test_a_name_is_imported_when_it_is_used() -> None:
    code = "import sys, s3vend; print('urllib3' in sys.modules, s3vend.presign.__module__)"
    assert run(code).stdout.split() == ["False", "s3vend.presigning.presign"]
    with pytest.raises(AttributeError, match="module 's3vend' has no attribute 'presgin'"):
        s3vend.presgin  # type: ignore[attr-defined]  # noqa: B018


def test_a_type_checker_knows_the_same_places() -> None:
    tree = ast.parse(Path(s3vend.__file__).read_text())
    [checked] = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for node in checked.body if isinstance(node, ast.ImportFrom)]
    places = {node.module: tuple(one.name for one in node.names) for node in imports}
    assert {*places.pop(s3vend._ERRORS), *sum(places.values(), ())} == set(NAMES)  # noqa: SLF001
    assert places == s3vend._PLACES  # noqa: SLF001 - the table for all others

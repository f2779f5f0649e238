"""S3 access through an s3vend service. The client talks to the service over HTTP only.

`session`, `botocore_session`, `aiobotocore_session`: sessions that renew their credentials.
`credentials`, `fresh`: credentials once, or a function that keeps them valid.
`presign`, `post_form`: presigned URLs and forms, for one target or many.
`upload`, `download`, `abandon`: transfers that need no AWS library.
`sync`: copies what differs between a directory and a prefix, or between prefixes.
`list_objects`: the objects below a prefix.
`share`, `shares`, `unshare`: links for people, to download or to upload, that can be taken back.
`connect`: choose the service and the identity; pass the result to the others as ``service``.

All of them can be used by many threads at once; a process calls `connect` for itself. They block,
except `aiobotocore_session`: in a coroutine, use ``await asyncio.to_thread(presign, …)``.

Errors are `S3VendError`: ``str(error)`` is for the log, and of a `ServiceError`
``error.problem.detail`` is for the user.

The names in ``__all__`` are public. Import them from ``s3vend``, not from its submodules.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    from s3vend.copying.face import sync
    from s3vend.copying.results import Synced
    from s3vend.errors import (
        AccessDenied,
        ChecksumMismatch,
        DiskFull,
        FileChanged,
        FileExists,
        IdentityError,
        InvalidRequest,
        NotAuthenticated,
        NotFound,
        ObjectChanged,
        PreconditionFailed,
        S3VendError,
        ServiceError,
        SettingsError,
        SetupRefused,
        StorageError,
        TooManyRequests,
        TransferError,
        Unavailable,
        UnexpectedAnswer,
        Unreachable,
    )
    from s3vend.listing.entries import CommonPrefix, Listed
    from s3vend.listing.objects import list_objects
    from s3vend.presigning.presign import presign
    from s3vend.presigning.urls import Form, Url
    from s3vend.problem import Fault, Problem
    from s3vend.sdks.boto import aiobotocore_session, botocore_session, session
    from s3vend.sdks.tools import (
        ObstoreProvider,
        PolarsProvider,
        duckdb_secret,
        pyarrow_keys,
        pyiceberg_properties,
    )
    from s3vend.service.connect import Service, connect
    from s3vend.service.credentials import Credentials, credentials
    from s3vend.service.fresh import Fresh, fresh
    from s3vend.sharing.entries import NewShare, Share
    from s3vend.sharing.face import share, shares, unshare
    from s3vend.transfer.download.get import download
    from s3vend.transfer.download.run import Downloaded
    from s3vend.transfer.form.post import post_form
    from s3vend.transfer.many.jobs import Result
    from s3vend.transfer.many.tally import Total
    from s3vend.transfer.progress import progress_bar
    from s3vend.transfer.upload.put import abandon, upload
    from s3vend.transfer.upload.sending import Uploaded
else:  # a type checker would take any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        place = next((place for place, names in _PLACES.items() if name in names), _ERRORS)
        found: object = getattr(importlib.import_module(place), name)
        globals()[name] = found
        return found


__all__ = [
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
__version__ = "0.1.0"

# The modules of the names, each of which is imported when one is used first.
_PLACES = {
    "s3vend.copying.face": ("sync",),
    "s3vend.copying.results": ("Synced",),
    "s3vend.listing.entries": ("CommonPrefix", "Listed"),
    "s3vend.listing.objects": ("list_objects",),
    "s3vend.presigning.presign": ("presign",),
    "s3vend.presigning.urls": ("Form", "Url"),
    "s3vend.problem": ("Fault", "Problem"),
    "s3vend.sdks.boto": ("aiobotocore_session", "botocore_session", "session"),
    "s3vend.sdks.tools": (
        "ObstoreProvider",
        "PolarsProvider",
        "duckdb_secret",
        "pyarrow_keys",
        "pyiceberg_properties",
    ),
    "s3vend.service.connect": ("Service", "connect"),
    "s3vend.service.credentials": ("Credentials", "credentials"),
    "s3vend.service.fresh": ("Fresh", "fresh"),
    "s3vend.sharing.entries": ("NewShare", "Share"),
    "s3vend.sharing.face": ("share", "shares", "unshare"),
    "s3vend.transfer.download.get": ("download",),
    "s3vend.transfer.download.run": ("Downloaded",),
    "s3vend.transfer.form.post": ("post_form",),
    "s3vend.transfer.many.jobs": ("Result",),
    "s3vend.transfer.many.tally": ("Total",),
    "s3vend.transfer.progress": ("progress_bar",),
    "s3vend.transfer.upload.put": ("abandon", "upload"),
    "s3vend.transfer.upload.sending": ("Uploaded",),
}
_ERRORS = "s3vend.errors"  # of all other names


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

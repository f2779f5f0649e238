"""The CAs whose certificates are accepted, chosen as botocore and OpenSSL choose them."""

import importlib.util
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from s3vend.errors import SettingsError

BUNDLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")  # a file or a directory; the first that is set
FILE, DIRECTORIES = "SSL_CERT_FILE", "SSL_CERT_DIR"  # OpenSSL's, both together


class Trust(NamedTuple):
    """The places of the trusted CAs; ``variables`` are those with which the user chose them."""

    places: tuple[Path, ...] = ()
    variables: tuple[str, ...] = ()

    def __str__(self) -> str:
        places = ", ".join(map(str, self.places)) or "the system's store"
        return f"{places} ({' and '.join(self.variables)})" if self.variables else places

    def context(self) -> ssl.SSLContext:
        """Return a context that trusts these CAs, or the system's if there are no places.

        Since Python 3.13, a context refuses CAs that do not follow RFC 5280 to the letter, such as
        those without `keyUsage`. Many companies have such a CA, and botocore accepts it; so does
        this context if the user chose the CAs. Everything else is verified as always.

        Raises:
            SettingsError: a place cannot be read.
        """
        if not self.places:
            return ssl.create_default_context()
        directories = [place for place in self.places if place.is_dir()]
        file = next((place for place in self.places if place not in directories), None)
        try:
            context = ssl.create_default_context(cafile=file, capath=next(iter(directories), None))
            for directory in directories[1:]:
                context.load_verify_locations(capath=directory)
        except OSError as error:  # also OpenSSL's errors
            names = " or ".join(self.variables) or BUNDLES[0]
            raise SettingsError(
                f"{file or directories[0]} is not a readable CA bundle: {_reason(error)}. Name a "
                f"file of certificates in PEM format in {names}."
            ) from None
        if self.variables:
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context


def bundled() -> Path | None:
    """Return the CA bundle of certifi, else of botocore; None if neither is installed."""
    return next(_bundles(), None)


def trust(environment: Mapping[str, str], default: Callable[[], Path | None] = bundled) -> Trust:
    """Return the CAs that the user chose, else those that botocore uses. An empty text is unset.

    The order: AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR together, certifi's
    bundle, botocore's own bundle.
    """
    for name in BUNDLES:
        if text := environment.get(name):
            return Trust((Path(text),), (name,))
    file, directories = environment.get(FILE, ""), environment.get(DIRECTORIES, "")
    if file or directories:
        # As OpenSSL does, pass over directories that do not exist, unless there are no others.
        listed = [Path(text) for text in directories.split(os.pathsep) if text]
        existing = [path for path in listed if path.is_dir()] or listed
        names = tuple(name for name in (FILE, DIRECTORIES) if environment.get(name))
        return Trust((*([Path(file)] if file else []), *existing), names)
    bundle = default()
    return Trust() if bundle is None else Trust((bundle,))


def _reason(error: OSError) -> str:
    """Return OpenSSL's reason, or the system's."""
    return str(getattr(error, "reason", None) or error.strerror or type(error).__name__)


def _bundles() -> Iterator[Path]:
    for package in ("certifi", "botocore"):
        with suppress(ValueError, ImportError):
            spec = importlib.util.find_spec(package)
            if spec is not None and spec.origin:
                path = Path(spec.origin).with_name("cacert.pem")
                if path.exists():
                    yield path

"""The media type of a file, from its name: a compressed file is what compressed it.

`report.csv.gz` is stored as `application/gzip`. As `text/csv` with the Content-Encoding `gzip`,
browsers and many programs would unpack it while they save it, under a name that still says `.gz`.
"""

import mimetypes
from pathlib import PurePath

_GZIP = "application/gzip"
# By the ending: the type, the Content-Encoding if it has one (RFC 9110), and the ending of what is
# inside. Types that IANA does not list are those of shared-mime-info.
_COMPRESSED = {
    ".gz": (_GZIP, "gzip", ""),
    ".tgz": (_GZIP, "gzip", ".tar"),
    ".taz": (_GZIP, "gzip", ".tar"),
    ".svgz": (_GZIP, "gzip", ".svg"),
    ".zst": ("application/zstd", "zstd", ""),
    ".tzst": ("application/zstd", "zstd", ".tar"),
    ".br": ("application/x-brotli", "br", ""),
    ".Z": ("application/x-compress", "compress", ""),  # .z is another
    ".bz2": ("application/x-bzip2", None, ""),
    ".tbz": ("application/x-bzip2", None, ".tar"),
    ".tbz2": ("application/x-bzip2", None, ".tar"),
    ".xz": ("application/x-xz", None, ""),
    ".txz": ("application/x-xz", None, ".tar"),
    ".lz": ("application/lzip", None, ""),
    ".lz4": ("application/x-lz4", None, ""),
    ".lzma": ("application/x-lzma", None, ""),
}


def media_type(name: str, content_encoding: object = None) -> str | None:
    """Return the media type of a file with this name; None if it is unknown.

    If the file is stored with the Content-Encoding that its ending says, it is the type of what is
    inside.
    """
    path = PurePath(name)
    found = _COMPRESSED.get(path.suffix) or _COMPRESSED.get(path.suffix.lower())
    if found is None:
        return mimetypes.guess_type(path.name)[0]
    compressed, encoding, inside = found
    if encoding in str(content_encoding or "").replace(",", " ").split():
        return mimetypes.guess_type(f"{path.stem}{inside}")[0]
    return compressed

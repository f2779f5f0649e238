"""Checksums of the local cloud's S3, computed by the AWS Common Runtime.

MiniStack computes CRC-64/NVME and CRC-32C byte by byte in Python; AWS's tools send one of them
with every upload. The cloud's process calls this before it serves.
"""

from types import ModuleType

from awscrt import checksums

NATIVE = {"_crc64nvme": checksums.crc64nvme, "_crc32c": checksums.crc32c}


def compute_natively(s3: ModuleType) -> None:
    """Replace both functions in MiniStack's S3; raises AttributeError if it has renamed one."""
    for name, compute in NATIVE.items():
        getattr(s3, name)
        setattr(s3, name, compute)

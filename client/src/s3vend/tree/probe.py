"""Finds out which names a file system takes for one, by making a file and looking for it."""

import os
from pathlib import Path

from s3vend.files.part_names import new_part_name
from s3vend.files.paths import open_directory
from s3vend.tree.rules import HERE, Rules

COMPOSED, DECOMPOSED = "\u00e9", "e\u0301"  # é


def probe(directory: Path, rules: Rules = HERE) -> Rules:
    """Return the rules, with what the file system of an existing directory does with names.

    Where no file can be made, they stay as they are.
    """
    name = f"{new_part_name()}{COMPOSED}"
    try:
        with open_directory(directory) as where:
            os.close(where.create(name))
            try:
                return rules._replace(
                    folds_case=where.has(name.replace("s3vend", "S3VEND")),
                    folds_unicode=where.has(name.replace(COMPOSED, DECOMPOSED)),
                )
            finally:
                where.remove(name)
    except (OSError, UnicodeError):  # the latter where names are not UTF-8
        return rules

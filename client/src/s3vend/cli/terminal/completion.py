"""Completion at a shell: names of profiles, targets of one's grants, ids of grants."""

import os


def profile_names(incomplete: str) -> list[str]:
    """Return the names of profiles that start with ``incomplete``."""
    import configparser

    from s3vend.identity.settings import config_file, profiles_text

    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(profiles_text(config_file(os.environ)))
    except (configparser.Error, OSError, UnicodeError):
        return []
    return [name for name in parser.sections() if name.startswith(incomplete)]

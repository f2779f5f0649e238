"""Before anything imports botocore: its own signer, not the CRT's, as in the layer."""

import os

from hypothesis import settings

from tests.support.running.signals import let_children_hear

os.environ["BOTO_DISABLE_CRT"] = "true"

settings.register_profile("s3vend", deadline=None)  # no test depends on time
settings.load_profile("s3vend")

let_children_hear()

"""Before anything imports botocore: its own signer, not the CRT's, as in the layer."""

import os

os.environ["BOTO_DISABLE_CRT"] = "true"

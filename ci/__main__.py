"""The programs of the GitHub action and of the GitLab component: `python -I ci HOST COMMAND`."""

import os
import sys

from steps.main import main

sys.exit(main(sys.argv[1:], os.environ))

"""`python -m s3vend.cli`."""

from s3vend.cli.main import main

main()

"""`python -m s3vend`."""

from s3vend.cli.entry import main

main()

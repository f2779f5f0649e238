"""`python -m s3vend.cli`."""

from s3vend.cli.entry import main

main()

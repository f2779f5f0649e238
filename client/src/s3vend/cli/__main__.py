"""`python -m s3vend.cli`."""

from s3vend.cli import main

main()

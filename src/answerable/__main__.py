"""`python -m answerable` is the command `answerable`."""

from answerable.cli.main import main

main()

"""`python -m pipeline.cli` is `ocmo`."""

from pipeline.cli import main

main()

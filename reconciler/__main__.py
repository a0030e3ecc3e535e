"""`python -m reconciler`: the same program as the `reconciler` script."""

from reconciler.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())

"""`python -m gan`: the command line."""

from gan.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())

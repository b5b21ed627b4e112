"""`python -m tlog`: check a downloaded log with nothing but Python."""

import argparse
import sys
from pathlib import Path

from .checkpoint import read_key
from .folder import fetch_from
from .verify import REFUSALS, MissingFile, check_all


def main() -> int:
    """Exit codes: 0 the log is whole, 1 it is not, 2 there is nothing to check."""
    parser = argparse.ArgumentParser(prog="tlog", description="Check every entry of a log that was downloaded.")
    parser.add_argument("folder", type=Path, help="with the file `checkpoint` and the folder `tile` in it")
    parser.add_argument("--key", required=True, help="the log's public key, as its page shows it")
    options = parser.parse_args()

    def fetch(path: str) -> bytes:
        return fetch_from(options.folder, path)

    try:
        key = read_key(options.key)
        entries = max(check_all(fetch, key), default=0)
    except MissingFile as missing:
        sys.stderr.write(f"{missing} Download the log again, whole.\n")
        return 2
    except REFUSALS as refusal:
        sys.stderr.write(f"The log is not whole: {refusal}\n")
        return 1
    sys.stdout.write(f"{entries} entries; each is what the checkpoint of {key.name} signs.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

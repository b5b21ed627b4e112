"""A log that lies in a folder: as it is published, or downloaded."""

from pathlib import Path

from .verify import MissingFile


def fetch_from(folder: Path, path: str) -> bytes:
    """See `verify.Fetch`. Raises MissingFile."""
    try:
        return (folder / path).read_bytes()
    except OSError as error:
        raise MissingFile(f"{folder / path} cannot be read: {error.strerror}.") from error

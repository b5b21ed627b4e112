"""`massline`: the engine's commands on files, and what an installation needs.

The engine is loaded only when one of its commands is meant, Django only when one of the installation's is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

NOTHING_DONE = 2
UNREADY = "The database is not ready: {count} migrations wait. Run: massline manage migrate"


class House(click.Group):
    """Our own commands, and those of the engine."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), "log", *_engine().commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "log":
            from massline.project.log import log  # reads the network and hashes: only where it is meant

            return log
        return super().get_command(ctx, cmd_name) or _engine().commands.get(cmd_name)


def _engine() -> click.Group:
    from massline.engine.cli import commands  # compiled code, slow to load: only where it is meant

    return commands


@click.group(cls=House, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """From the people, to the people: gather what many say, make it clear, answer, be judged."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "massline.project.settings")


@main.group("import")
def import_() -> None:
    """Bring files into this installation."""


@import_.command("messages", epilog="Example: massline import messages letters.csv --call roads --map text=留言详情")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--call", required=True, metavar="REF", help="Reference of the call that the messages answer.")
@click.option("--map", "columns", default="", metavar="NAME=HEADING,…", help="Which heading is which column.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON object.")
def import_messages(file: Path, call: str, columns: str, as_json: bool) -> None:
    """Bring a file of messages (CSV, TSV, JSON lines, Parquet, XLSX) into a call: all of it or nothing.

    Rows that cannot be read go to FILE.rejects.csv, each with its reason. Running it twice imports nothing twice.
    Exit codes: 0 done, 1 done with rejects or warnings, 2 nothing done."""
    words = ["import_messages", str(file), "--call", call, "--map", columns]
    _manage([*words, "--json"] if as_json else words)


@main.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    epilog="Example: massline manage migrate",
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def manage(words: tuple[str, ...]) -> None:
    """Django's management commands, and this house's own: `massline manage help` lists them."""
    _manage(words or ("help",))


@main.command(epilog="Example: massline worker")
def worker() -> None:
    """Do what is asked for and what is due, until stopped: engine runs, escalation, files whose import was cut off."""
    _check_ready()
    _manage(["work"])


@main.command(epilog="Example: massline serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Start the web server and one worker; both end together. Stop with Ctrl-C."""
    _check_ready()
    _manage(["collectstatic", "--noinput", "-v", "0"])
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    served = [*granian, "--blocking-threads", "8", "--log-level", "warning", "massline.project.wsgi:application"]
    works = [sys.executable, "-m", "django", "work"]
    click.echo(f"massline runs at http://{host}:{port} (Ctrl-C stops it)", err=True)
    click.echo(_set_up_line(f"http://{host}:{port}"), err=True, nl=False)
    sys.exit(_until_one_ends([subprocess.Popen(words) for words in (served, works)]))  # noqa: S603  (our own words)


def _set_up_line(listening: str) -> str:
    """Where to set the place up while it has no operator, as one line; then nothing. Django is loaded already."""
    from massline.project.set_up.door import address, base_url

    path = address()
    return f"Nobody runs this place yet. Set it up (once, within a day): {base_url(listening)}{path}\n" if path else ""


def _until_one_ends(running: Sequence[subprocess.Popen[bytes]]) -> int:
    """Wait for the first to end, stop the others, return its code. Ctrl-C and SIGTERM stop all and are no failure."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while all(process.poll() is None for process in running):
            time.sleep(0.2)
        return next(process.returncode for process in running if process.returncode is not None)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def _check_ready() -> None:
    """Ends with a sentence where a migration has not been run: a page that fails later says less."""
    import django

    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        click.echo(f"massline: {UNREADY.format(count=len(waiting))}", err=True)
        sys.exit(NOTHING_DONE)


def _manage(words: Sequence[str]) -> None:
    """Django's own door for its commands: it words errors and sets the exit code."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["massline manage", *words])

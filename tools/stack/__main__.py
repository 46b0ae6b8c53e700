"""The command line of the laptop stack: `poe dev` and `poe token` call it."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import get_args

from tools import ROOT, ToolError
from tools.stack.stack import Gateway, StateDir, mint_token, run_stack

DEFAULT_PORT = 8000
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HIGHEST_PORT = 65_534  # The stand-in for Supabase takes the next one.


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return the exit status. Errors take one line."""
    options = _parser().parse_args(arguments)
    state = StateDir(options.state_dir)
    try:
        if options.command == "token":
            print(mint_token(options.email, state))
        else:
            for stop in STOP_SIGNALS:
                signal.signal(stop, _interrupt)
            run_stack(options.port, state, reset=options.reset, gateway=options.gateway)
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # A second signal must not interrupt the stop that the first one began.
    for stop in STOP_SIGNALS:
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to {HIGHEST_PORT}")
    return int(text)


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("give the path of a folder")
    return Path(text)


def _email(text: str) -> str:
    name, at, domain = text.strip().partition("@")
    if not (name and at and domain):
        raise argparse.ArgumentTypeError(f"{text!r} is not an email address")
    return text.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="poe", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--state-dir", type=_folder, default=ROOT / ".local", help="where the stack keeps its data")
    dev = commands.add_parser("dev", parents=[shared], help="run the whole backend on this machine")
    dev.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="port of the API; the stand-in for Supabase takes the next"
    )
    dev.add_argument("--reset", action="store_true", help="start with empty data")
    dev.add_argument(
        "--gateway", choices=get_args(Gateway), default="postgres", help="how the API reaches the database"
    )
    token = commands.add_parser("token", parents=[shared], help="print a fresh access token")
    token.add_argument("email", type=_email, help="of the user; if there is none, one is created")
    return parser


if __name__ == "__main__":
    sys.exit(main())

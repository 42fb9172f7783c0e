"""The console's entry point: whatever happens, the user sees words and no traceback.

Exit status: 0 judged, 3 the recording cannot be judged, 2 bad input (one line on stderr), 1 our own mistake,
130 stopped with Ctrl-C. Nothing heavy is imported before a Ctrl-C is looked after.
"""

import io
import os
import sys

from openlumbar.errors import InputError

JUDGED, OUR_MISTAKE, BAD_INPUT, NOT_JUDGED, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 3, 130, 141

_DEBUG = "OPENLUMBAR_DEBUG"
_REPORT_AT = f"please report it with what you typed (set {_DEBUG}=1 to see more)"


def main() -> None:
    """Run the command and exit; whatever happens, the user sees words and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(_status(sys.argv[1:]))


def __getattr__(name: str) -> object:
    """Load the commands for who reads their help, such as the documentation."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from openlumbar.apps.commands import app

    return app


def _status(arguments: list[str]) -> int:
    try:
        status = _run(arguments)
        print(end="", flush=True)  # noqa: T201 - a full pipe or disk must show here, not at exit
    except InputError as error:
        return _complain(str(error), BAD_INPUT)
    except (BrokenPipeError, SystemExit):  # whoever read our output has enough; Typer and Rich leave by SystemExit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        status = INTERRUPTED
    except OSError as error:  # the world outside: a full disk, a device that went away
        what = f"{error.filename or 'the output'}: {error.strerror or error}"
        return _complain(f"{what}; check that it is there, may be used and has room", BAD_INPUT)
    except Exception as error:
        if os.environ.get(_DEBUG):
            raise
        return _complain(f"a mistake of ours ({type(error).__name__}: {error}); {_REPORT_AT}", OUR_MISTAKE)
    return _complain("stopped, nothing was judged", INTERRUPTED) if status == INTERRUPTED else status


def _run(arguments: list[str]) -> int:
    import typer

    from openlumbar.apps.commands import app

    try:
        return int(app(arguments, prog_name="openlumbar", standalone_mode=False) or 0)
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as error:
        return _complain(_explained(error), BAD_INPUT)


def _complain(text: str, status: int) -> int:
    print(f"openlumbar: {' '.join(text.split())}", file=sys.stderr)  # noqa: T201 - the one line a user gets
    return status


def _explained(error: Exception) -> str:
    format_message = getattr(error, "format_message", None)
    text = str(format_message() if format_message else error).replace(": Value error,", ":").strip().rstrip(".")
    command = getattr(getattr(error, "ctx", None), "command_path", "openlumbar")
    return f"{text}; see {command} --help"

"""The program's entry: ``wacr`` and ``python -m wacr_cli``.

Signals are handled before anything else is imported. There is nothing to close yet, so they end the process at once.
"""

# The C module below `signal`, which itself imports enum: that would take longer than the rest of this file.
import _signal  # type: ignore[import-not-found, unused-ignore]
import os

for number, status in ((_signal.SIGINT, 130), (_signal.SIGTERM, 143)):
    if _signal.getsignal(number) != _signal.SIG_IGN:
        _signal.signal(number, lambda *_, status=status: os._exit(status))


def main() -> None:
    """Run the command line, and exit."""
    from wacr_cli import cli

    cli.main()


if __name__ == "__main__":
    main()

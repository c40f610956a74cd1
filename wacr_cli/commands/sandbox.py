"""``wacr sandbox``: serve the sample workspace over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from wacr_cli.commands.flags import whole_number
from wacr_cli.commands.framework import Command, new_app, session_from
from wacr_cli.core.errors import UsageError

app = new_app("Serve the sample workspace over HTTP, for experiments")

EXAMPLES = """\b
Examples:
  wacr sandbox serve --port 8080
  WACR_API_URL=http://127.0.0.1:8080/api/v2 WACR_TOKEN=demo wacr messages list
"""


@app.command("serve", cls=Command, epilog=EXAMPLES)
def serve(
    ctx: typer.Context,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", parser=whole_number(0, 65535), help="Listen on port N; 0 picks a free port"
        ),
    ] = 8080,
) -> None:
    """Serve the sample workspace to this machine only, until Ctrl-C."""
    from wacr_cli.session import serve_sandbox

    session = session_from(ctx)
    try:
        serve_sandbox(session, port)
    except OSError as error:
        raise UsageError(
            f"--port: can't listen on {port}: {error.strerror}", "Use another port, or 0 for a free one."
        ) from None

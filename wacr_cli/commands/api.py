"""``wacr api``: the raw way to everything that the API has."""

from __future__ import annotations

from typing import Annotated

import typer

from wacr_cli.commands.flags import FormatOption, MaxWaitOption, OutputOption, TimeoutOption, display_of, run_of

EXAMPLES = """\b
Examples:
  wacr api contacts/5100
  wacr api contacts -F 'filter[type]=lead' --paginate --format jsonl
  wacr api account/limits --include
  wacr api groups -X POST -F name=Newsletter
  wacr api messages/send -X POST --input message.json --yes

-F takes true, false, null and whole numbers as such in a JSON body, and @FILE
as what a file holds; a[b]=1 stands inside a, a[]=1 makes a list of a.
"""


def api(
    ctx: typer.Context,
    path: Annotated[str, typer.Argument(metavar="PATH", help="Below the API's address.", show_default=False)],
    fields: Annotated[
        list[str] | None,
        typer.Option("--field", "-F", metavar="KEY=VALUE", help="A parameter of a GET, else a field of the JSON body."),
    ] = None,
    raw_fields: Annotated[
        list[str] | None,
        typer.Option("--raw-field", metavar="KEY=VALUE", help="The same, its value always a text: phone numbers."),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", "-X", metavar="METHOD", help="GET, POST, PUT, PATCH or DELETE.")
    ] = "GET",
    input_: Annotated[
        str | None,
        typer.Option("--input", metavar="FILE", help="The body, - for standard input; -F then makes parameters."),
    ] = None,
    paginate: Annotated[bool, typer.Option("--paginate", help="All rows of a list, as one.")] = False,
    include: Annotated[bool, typer.Option("--include", "-i", help="Show status and headers too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before anything but a GET.")] = False,
    format_: FormatOption = None,
    output: OutputOption = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Make a call to any path of the API, and show the answer as it is.

    Only a GET is tried again when it fails. On a terminal you are asked before any other method.
    """
    from wacr_cli.commands import calls

    asked = calls.Asked(path, fields or [], raw_fields or [], method, input_, paginate=paginate, include=include)
    run = run_of(ctx, max_wait=max_wait, timeout=timeout)
    calls.make(run, asked, display_of(format_, output), ask=not yes)

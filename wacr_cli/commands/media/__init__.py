"""``wacr media``."""

from wacr_cli.commands.framework import Command, new_app
from wacr_cli.commands.media import fetch

app = new_app("Download the files of archived messages")
app.command("fetch", cls=Command, epilog=fetch.EXAMPLES)(fetch.fetch_media)

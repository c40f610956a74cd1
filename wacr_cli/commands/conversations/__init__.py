"""``wacr conversations``."""

from wacr_cli.commands.conversations import list as list_
from wacr_cli.commands.conversations import show
from wacr_cli.commands.framework import Command, new_app

app = new_app("List and read conversations")
app.command("list", cls=Command, epilog=list_.EXAMPLES)(list_.list_conversations)
app.command("show", cls=Command, epilog=show.EXAMPLES)(show.show_conversation)

"""``wacr messages``."""

from wacr_cli.commands.framework import Command, new_app
from wacr_cli.commands.messages import follow, get
from wacr_cli.commands.messages import list as list_

app = new_app("Read, export and follow messages")
app.command("list", cls=Command, epilog=list_.EXAMPLES)(list_.list_messages)
app.command("get", cls=Command, epilog=get.EXAMPLES)(get.get_messages)
app.command("follow", cls=Command, epilog=follow.EXAMPLES)(follow.follow_messages)

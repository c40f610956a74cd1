"""``wacr contacts``."""

from wacr_cli.commands.contacts import get
from wacr_cli.commands.contacts import list as list_
from wacr_cli.commands.framework import Command, new_app

app = new_app("Read and export contacts")
app.command("list", cls=Command, epilog=list_.EXAMPLES)(list_.list_contacts)
app.command("get", cls=Command, epilog=get.EXAMPLES)(get.get_contacts)

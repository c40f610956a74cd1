"""``wacr templates``."""

from wacr_cli.commands.framework import Command, new_app
from wacr_cli.commands.templates import get
from wacr_cli.commands.templates import list as list_

app = new_app("Read WhatsApp message templates")
app.command("list", cls=Command, epilog=list_.EXAMPLES)(list_.list_templates)
app.command("get", cls=Command, epilog=get.EXAMPLES)(get.get_templates)

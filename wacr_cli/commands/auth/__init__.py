"""``wacr auth``."""

from wacr_cli.commands.auth import login, logout, status
from wacr_cli.commands.framework import Command, new_app

app = new_app("Log in and out, and check tokens")
app.command("login", cls=Command, epilog=login.EXAMPLES)(login.log_in)
app.command("status", cls=Command, epilog=status.EXAMPLES)(status.show_status)
app.command("logout", cls=Command, epilog=logout.EXAMPLES)(logout.log_out)

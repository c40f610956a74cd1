"""The least that shows some messages of an archive with typer and sqlite3."""

import csv
import sqlite3
import sys

import typer

app = typer.Typer()


@app.command()
def main(path: str, limit: int = 30) -> None:
    """List messages of an archive."""
    rows = sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(
        "SELECT id, interaction_id, sender_id, type, message, status, message_id, sent_at, is_read, direction"
        " FROM messages WHERE deleted_at IS NULL AND status = 'failed' ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    csv.writer(sys.stdout).writerows(rows)


if __name__ == "__main__":
    app()

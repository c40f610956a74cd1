"""The least that shows a page of messages as a table with typer, httpx and rich."""

import os

import httpx
import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer()


@app.command()
def main(limit: int = 30) -> None:
    """List messages."""
    with httpx.Client() as client:
        answer = client.get(
            f"{os.environ['WACR_API_URL']}/messages",
            params={"page": 1, "per_page": limit},
            headers={"Authorization": f"Bearer {os.environ['WACR_TOKEN']}"},
        )
    rows = answer.raise_for_status().json()["data"]
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


if __name__ == "__main__":
    app()

"""The least that shows a page of messages as CSV with typer and httpx."""

import csv
import os
import sys

import httpx
import typer

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
    writer = csv.DictWriter(sys.stdout, rows[0])
    writer.writeheader()
    writer.writerows(rows)


if __name__ == "__main__":
    app()

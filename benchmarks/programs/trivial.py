"""The least that a program of typer's can be."""

import typer

app = typer.Typer()


@app.command()
def main(name: str = "world") -> None:
    """Greet somebody."""
    print(f"Hello, {name}.")


if __name__ == "__main__":
    app()

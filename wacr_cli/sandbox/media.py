"""The files of media messages, which anyone may read, as from the public storage of a Laravel application.

There is one file of each format, which stands for all files with its extension.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wacr_cli.sandbox.laravel import ApiError

if TYPE_CHECKING:
    from wacr_cli.sandbox.world import World

FILES = Path(__file__).with_name("files")
FOLDER = "media/"
"""What the path of a file of the sandbox begins with."""

CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "mp4": "video/mp4",
}


def make_url(url: str | None, origin: str) -> str | None:
    """Return the address of a file: below *origin* if it is one of the sandbox."""
    return f"{origin}/{url}" if url and url.startswith(FOLDER) else url


def read_file(world: World, path: str) -> tuple[str, bytes]:
    """Return the content type and the content of the file at *path*. Raises ApiError 404 if no message has it."""
    extension = path.rpartition(".")[2]
    urls = {row.url for row in world.rows} | {comment.url for comment in world.comments}
    if path not in urls or extension not in CONTENT_TYPES:
        raise ApiError(404, "NOT_FOUND", "File not found.")
    return CONTENT_TYPES[extension], (FILES / f"sample.{extension}").read_bytes()

"""Links from a page to the files beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from wacr_cli.archive.store import Store
from wacr_cli.media.folder import Folder, is_name


def make_links(store: Store, folder: Path, page: Path) -> Callable[[int], str]:
    """Return a function from the id of a message to the URL of its file, relative to the folder *page*.

    It returns an empty text where the manifest or the folder has no such file.
    """
    there = Folder(folder)
    base = os.path.relpath(folder.resolve(), page.resolve())
    prefix = "/".join(quote(part, safe="") for part in Path(base).parts)

    def find(number: int) -> str:
        found = store.get_media([number]).get(number)
        if not found or not found.file or not is_name(found.file, number) or there.measure(found.file) is None:
            return ""
        return f"./{prefix}/{found.file}"

    return find

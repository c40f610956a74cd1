"""Write the sample workspace: wacr_cli/sandbox/sample.json.gz, and the files of its media in wacr_cli/sandbox/files.

The files are the same in every run. ``--check`` writes nothing, and exits with 1 if a file does not hold what would be
written.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
from typing import Any

from scripts.sample import author
from scripts.sample.customers import make_customers
from scripts.sample.media import make_files
from scripts.sample.notes import make_comments, make_templates
from wacr_cli.sandbox.media import FILES
from wacr_cli.sandbox.world import SAMPLE, Comment, Contact, Row, Template

FIRST_ID = 48_112


def number_rows(drafts: list[author.Draft]) -> list[Row]:
    """Return the rows of *drafts* with ids in the order of recording, some ids left out, sorted by time and id."""
    ids: dict[int, int] = {}
    rows = []
    last = FIRST_ID
    for draft in drafts:
        last += 1 if draft.place % 37 else 1 + draft.place % 5
        ids[draft.place] = last
        quoted = None if draft.quoted is None else ids.get(draft.quoted)
        rows.append(draft.row._replace(id=last, replies_to=quoted))
    return sorted(rows, key=lambda row: (row.created, row.id))


def columns(records: list[Row] | list[Contact] | list[Comment] | list[Template]) -> dict[str, list[Any]]:
    """Return the values of *records* by field, which compresses better and loads faster than a list for each record."""
    return {field: [getattr(record, field) for record in records] for field in records[0]._fields}


def render() -> str:
    """Return the JSON text of the sample."""
    customers = make_customers()
    rows = number_rows(author.write(customers))
    data = {
        "messages": columns(rows),
        "contacts": columns([customer.contact for customer in customers]),
        "comments": columns(make_comments(customers, rows)),
        "templates": columns(make_templates()),
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def compress(text: str) -> bytes:
    """Return *text* as a gzip file without a name and a time."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(text.encode())
    return buffer.getvalue()


def main() -> None:
    """Write the files, or with ``--check`` compare them; of the compressed one the text."""
    text, media = render(), {FILES / f"sample.{extension}": data for extension, data in make_files().items()}
    if "--check" not in sys.argv[1:]:
        SAMPLE.write_bytes(compress(text))
        for path, data in media.items():
            path.write_bytes(data)
        return
    stale = [path.name for path, data in media.items() if not path.exists() or path.read_bytes() != data]
    if not SAMPLE.exists() or gzip.decompress(SAMPLE.read_bytes()).decode() != text:
        stale.append(SAMPLE.name)
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run python -m scripts.sample")


if __name__ == "__main__":
    main()

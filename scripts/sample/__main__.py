"""Write wacr_cli/sandbox/sample.json.gz: the messages and contacts of the sample workspace.

The file is the same in every run. ``--check`` writes nothing, and exits with 1 if the file does not hold what would be
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
from wacr_cli.sandbox.world import SAMPLE, Contact, Row

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


def columns(records: list[Row] | list[Contact]) -> dict[str, list[Any]]:
    """Return the values of *records* by field, which compresses better and loads faster than a list for each record."""
    return {field: [getattr(record, field) for record in records] for field in records[0]._fields}


def render() -> str:
    """Return the JSON text of the sample."""
    customers = make_customers()
    data = {
        "messages": columns(number_rows(author.write(customers))),
        "contacts": columns([customer.contact for customer in customers]),
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def compress(text: str) -> bytes:
    """Return *text* as a gzip file without a name and a time."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(text.encode())
    return buffer.getvalue()


def main() -> None:
    """Write the file, or with ``--check`` compare its text."""
    text = render()
    if "--check" not in sys.argv[1:]:
        SAMPLE.write_bytes(compress(text))
    elif not SAMPLE.exists() or gzip.decompress(SAMPLE.read_bytes()).decode() != text:
        sys.exit(f"stale: {SAMPLE.name}; run python -m scripts.sample")


if __name__ == "__main__":
    main()

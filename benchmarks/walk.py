"""Rows a second and peak memory of ``wacr messages list --all``, side by side with ``curl | jq`` over the same pages.

    python benchmarks/walk.py [--rows 100000] [--runs 5]

Needs nginx, which serves the pages as files from loopback, curl and jq. Prints medians and their ratio; the
pages are made in a temporary folder and go with it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wacr_cli.api.walk import Answer, Walk

PORT = 8077
URL = f"http://127.0.0.1:{PORT}/api/v2"

NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; keepalive_requests 1000000;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port}; root {folder}; default_type application/json;
    location = /api/v2/messages {{ rewrite ^ /$arg_per_page/$arg_page.json last; }}
    location / {{ }}
  }}
}}
"""


def row(number: int) -> dict[str, object]:
    """A message like those of a shop."""
    return {
        "id": number,
        "interaction_id": number % 977,
        "sender_id": f"9100000{number % 100000:05d}",
        "type": ("text", "image", "template")[number % 3],
        "message": f'Order SS-{number} नमस्ते 😀 "quoted", handed over today and with you on Monday',
        "status": ("sent", "read", "failed")[number % 3],
        "message_id": f"wamid.HBgM{number:028d}AA==",
        "sent_at": f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:00+00:00",
        "is_read": bool(number % 2),
    }


def write_pages(folder: Path, rows: int) -> int:
    """Write each answer that a walk of so many rows asks for, and say how many there are."""
    walk = Walk()
    while window := walk.window:
        end = min(rows, window.offset + window.per_page)
        some = [row(rows - index) for index in range(window.offset, end)]
        pagination = {"total": rows, "current_page": window.page, "has_more": end < rows}
        page = folder / str(window.per_page) / f"{window.page}.json"
        page.parent.mkdir(exist_ok=True)
        page.write_text(json.dumps({"data": some, "meta": {"pagination": pagination}}))
        walk.take(Answer(some, has_more=end < rows, total=rows))
    return walk.calls


@contextmanager
def nginx(folder: Path) -> Iterator[None]:
    """Serve a folder."""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=PORT))
    folder.chmod(0o755)
    with subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL) as server:
        try:
            time.sleep(0.5)
            yield
        finally:
            server.terminate()


def timed(command: str) -> tuple[float, int, float]:
    """Seconds that a shell command takes, the lines it writes, and the MiB of its largest process at its largest."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(["bash", "-o", "pipefail", "-c", command], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        assert status == 0
        out.seek(0)
        return seconds, sum(chunk.count(b"\n") for chunk in iter(lambda: out.read(2**20), b"")), usage.ru_maxrss / 1024


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    for tool in ("nginx", "curl", "jq"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is not installed")
    os.environ |= {"WACR_API_URL": URL, "WACR_TOKEN": "benchmark", "WACR_RATE_LIMIT": "1000000"}
    ours = f"{sys.executable} -m wacr_cli.cli messages list --all --format csv --quiet"
    pages = -(-asked.rows // 100)
    theirs = f"curl -s '{URL}/messages?page=[1-{pages}]&per_page=100' | jq -r '.data[] | [.[]] | @csv'"
    with tempfile.TemporaryDirectory() as name:
        calls = write_pages(Path(name), asked.rows)
        with nginx(Path(name)):
            runs = [(timed(ours), timed(theirs)) for _ in range(asked.runs)]
    assert {lines for _, (_, lines, _) in runs} == {asked.rows}  # or the figures mean nothing
    assert {lines for (_, lines, _), _ in runs} == {asked.rows + 1}
    print(f"{asked.rows:,} rows, {calls:,} calls, {asked.runs} runs, seconds as min / median / max")
    for index, label in enumerate(("wacr --all --format csv", "curl | jq -r @csv")):
        some = [run[index][0] for run in runs]
        print(f"{label:24} {min(some):6.2f} / {statistics.median(some):6.2f} / {max(some):6.2f}")
    ratio = statistics.median(theirs[0] / ours[0] for ours, theirs in runs)
    peak = max(ours[2] for ours, _ in runs)
    print(f"rows a second, wacr to curl | jq: {ratio:.2f}; peak memory of wacr: {peak:.0f} MiB")


if __name__ == "__main__":
    main()

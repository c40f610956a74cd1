"""Pages of messages as files for nginx: the responses of a list that never changes, at no cost."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wacr_cli.paging.responses import Response
from wacr_cli.paging.walk import Walk

_CONFIGURATION = """\
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
    """Return a message like those of a shop."""
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


def write(folder: Path, rows: int, limits: tuple[int, ...]) -> None:
    """Write each response that a walk over *rows* rows requests, newest first, and those of walks with a limit."""
    for limit in (None, *limits):
        walk = Walk(limit=limit)
        while window := walk.window:
            end = min(rows, window.offset + window.per_page)
            some = [row(rows - index) for index in range(window.offset, end)]
            pagination = {"total": rows, "current_page": window.page, "has_more": end < rows}
            page = folder / str(window.per_page) / f"{window.page}.json"
            page.parent.mkdir(exist_ok=True)
            page.write_text(json.dumps({"data": some, "meta": {"pagination": pagination}}))
            walk.take(Response(some, has_more=end < rows, total=rows))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder with nginx; yield the base URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, port=port))
    with subprocess.Popen(["nginx", "-c", str(configuration)], stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}/api/v2"
        finally:
            server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until nginx listens. Raises :class:`RuntimeError` where it ends instead."""
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"nginx ended with status {server.returncode}")

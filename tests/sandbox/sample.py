"""The sample workspace that all tests of the sandbox read; no test changes it."""

from __future__ import annotations

from datetime import UTC, datetime

from wacr_cli.sandbox.world import load

NOW = datetime(2026, 2, 14, 9, 30, tzinfo=UTC)
SAMPLE = load(NOW)

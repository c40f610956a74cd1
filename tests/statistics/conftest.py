"""An archive in either database, open for writing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.archive.conftest import path, pooled_url, pooler, pytest_generate_tests, server, store, url
from wacr_cli.archive.store import Store

__all__ = ["path", "pooled_url", "pooler", "pytest_generate_tests", "server", "store", "url"]


@pytest.fixture
def held(store: Store) -> Iterator[Store]:
    """An empty archive."""
    with store.exclusive():
        store.prepare()
        yield store

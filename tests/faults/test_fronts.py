"""The faults of connections once more, over TLS and through an HTTP proxy; and what a proxy sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .conftest import DUMP, TOKEN, Home, Runner
from .front import Front
from .moving import Moving
from .server import Server
from .test_connections import (  # noqa: F401 - collected here too, with the server of this module
    test_a_broken_response_costs_one_call,
    test_a_redirect_to_a_login_page_is_an_error,
    test_a_request_on_a_broken_reused_connection_is_repeated,
    test_a_response_that_drips_is_given_up_at_timeout,
    test_a_silent_server_is_given_up_at_timeout,
    test_bytes_after_a_response_cost_no_row,
    test_connections_are_reused,
    test_connections_that_close_without_notice_cost_no_row,
    test_four_broken_responses_end_the_run,
    test_four_responses_that_drip_end_the_run,
    test_the_token_is_not_sent_to_the_target_of_a_redirect,
)


@pytest.fixture(params=[False, True], ids=["TLS", "proxy"])
def front(request: pytest.FixtureRequest, home: Home, messages: Moving) -> Iterator[tuple[Front, Server]]:
    """Return a front, and the server behind it."""
    behind = Server(messages)
    one = Front(behind.port, is_proxy=request.param)
    home.environ |= one.environ
    behind.url = one.url
    yield one, behind
    one.stop()
    behind.stop()


@pytest.fixture
def server(front: tuple[Front, Server]) -> Server:
    """Return the server that is reached through the front."""
    return front[1]


def test_the_proxy_sees_no_request(front: tuple[Front, Server], wacr: Runner) -> None:
    """It gets only the name of the host, once for each connection; what is sent through it is encrypted."""
    one, server = front
    wacr(*DUMP).expect(0, "complete")
    assert one.connections == server.connections == 1
    for head in one.connects:
        assert head.startswith(f"CONNECT shop.example:{server.port} HTTP/1.1\r\n".encode())
        assert TOKEN.encode() not in head

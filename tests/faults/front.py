"""What stands before the server in other networks: TLS, and an HTTP proxy."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import suppress
from pathlib import Path
from select import select

from .server import PATIENCE

PEM = Path(__file__).parents[1] / "api" / "certificates" / "localhost.pem"
"""The certificate of localhost and of shop.example, its key, and the authority to trust for it."""

DRIPS = {"connect": b"HTTP/1.1 200 OK\r\nX-More: ", "handshake": b"\x16\x03\x03\x40\x00"}
"""The beginning of what never ends: the response to CONNECT, and a TLS record of 16 KiB."""


class Front:
    """Accepts TLS, after CONNECT where it is a proxy, and passes what it hears on to a port without TLS.

    A connection that one side resets is reset on the other. ``drip`` names the stage in which it sends a byte now and
    then for ever, in place of the rest.
    """

    def __init__(self, to: int, *, is_proxy: bool = False, drip: str = "") -> None:
        self._to = to
        self._is_proxy = is_proxy
        self._drip = drip
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(PEM)
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._sockets: list[socket.socket] = []
        self.connects: list[bytes] = []
        self.connections = 0
        self.port = self._listener.getsockname()[1]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """The base URL of the API behind it."""
        return f"https://shop.example:{self._to}/api/v2" if self._is_proxy else f"https://localhost:{self.port}/api/v2"

    @property
    def environ(self) -> dict[str, str]:
        """The variables that lead a client here and make it trust the certificate."""
        proxy = {"HTTPS_PROXY": f"http://127.0.0.1:{self.port}"} if self._is_proxy else {}
        return {"SSL_CERT_FILE": str(PEM), **proxy}

    def stop(self) -> None:
        """End everything."""
        self._stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the front does not end"
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                client.settimeout(PATIENCE)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._sockets.append(client)
                self._threads.append(threading.Thread(target=self._serve, args=(client,)))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):  # how a connection ends is the client's affair, or that of the server
            if self._is_proxy:
                self._connect(client)
            if self._drip == "handshake":
                client.recv(1)  # a server speaks after the client
                self._drip_until_gone(client)
            with self._context.wrap_socket(client, server_side=True) as secured:
                self._sockets.append(secured)
                with socket.create_connection(("127.0.0.1", self._to), PATIENCE) as server:
                    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    _relay(secured, server)

    def _connect(self, client: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        self.connects.append(head)
        if self._drip == "connect":
            self._drip_until_gone(client)
        client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")

    def _drip_until_gone(self, client: socket.socket) -> None:
        client.sendall(DRIPS[self._drip])
        while not self._stopping.wait(0.01):
            client.sendall(b"a")


def _relay(client: ssl.SSLSocket, server: socket.socket) -> None:
    """Pass bytes on in both directions until one side ends."""
    try:
        while True:
            for one in [client] if client.pending() else select([client, server], [], [])[0]:
                data = one.recv(2**16)
                if not data:
                    return
                (server if one is client else client).sendall(data)
    except ConnectionResetError:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

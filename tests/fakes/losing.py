"""A proxy before the embedded cloud that loses an answer: the request was done, and who sent it never learns so."""

import http.client
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOP_BY_HOP = frozenset({"transfer-encoding", "content-length", "connection", "date", "server", "expect"})


class Losing(ThreadingHTTPServer):
    """Forwards everything to `upstream`. `lose(operation)` drops the answer to the next request of that operation which succeeds."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarding)
        self.upstream = upstream.removeprefix("http://")
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.lost = ""
        """Operation whose answer was lost since `lose` was called."""
        self._operation, self._within, self._skipped = "none", "", 0

    def __enter__(self) -> "Losing":
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()

    def lose(self, operation: str, within: str = "", skipped: int = 0) -> None:
        """`operation`: name of an action (`PutItem`), for S3 the method (`PUT`); empty for any. `within`: text of the body that tells one
        of several apart. `skipped`: so many of them are answered before."""
        self.lost, self._operation, self._within, self._skipped = "", operation, within, skipped

    def is_lost(self, operation: str, body: bytes, status: int) -> bool:
        if self.lost or self._operation not in ("", operation) or self._within.encode() not in body or status >= 300:
            return False
        if self._skipped:
            self._skipped -= 1
            return False
        self.lost = operation
        return True

    def handle_error(self, *_: Any) -> None:
        """A connection that is cut is what this is for."""


class _Forwarding(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two packets, and the second must not wait for the first one's receipt
    server: Losing

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        operation = self.headers.get("x-amz-target", "").rpartition(".")[2] or self.command
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=20)
        upstream.request(self.command, self.path, body, {name: value for name, value in self.headers.items() if name.lower() != "expect"})
        reply = upstream.getresponse()
        content = reply.read()
        upstream.close()
        if self.server.is_lost(operation, body, reply.status):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("content-length", reply.getheader("content-length") or "0" if self.command == "HEAD" else str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _forward

    def log_message(self, *_: Any) -> None:
        """Silent."""

"""A credit bureau that misbehaves on demand: `POST /v1/scores` with `Authorization: Bearer KEY`.

    with Bureau(keys={"key-1"}) as bureau:
        bureau.then("slow", "500", "429:1", "garbage", "ok")   # one word per request that comes, then `default`
        ... bureau.url ...

Words: `ok`; `slow` (silent for `slow_seconds`); `drip` (a byte every tenth of a second, for ever); `cut` (closes in the
middle of the answer); `garbage` (200, not JSON); `wrong` (200, JSON of another shape); `huge` (2 MB); `unknown` (404, no
history of the applicant); `redirect`; `429:SECONDS` (with Retry-After); any other number is answered as that status.
A request whose key is not among `keys` is always answered 401, until `keys` is changed as a rotation would: by
`PUT /v1/keys/next` with `{"api_key": NEW}`, after which the key that asked and the new one are accepted, and no other.
`GET /v1/keys/current` says whether a key is accepted. Both follow the script too.
"""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


@dataclass(frozen=True)
class Seen:
    """A request as the bureau saw it. Names of headers in lower case."""

    at: float
    path: str
    headers: dict[str, str]
    body: dict
    answered: str


@dataclass
class Bureau:
    """The fake; safe to use from several threads. `port` 0 takes a free one."""

    keys: set[str] = field(default_factory=lambda: {"key-1"})
    default: str = "ok"
    port: int = 0
    slow_seconds: float = 5.0
    scores: dict[str, int] = field(default_factory=dict)
    """Applicant -> score; others have 700."""
    seen: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._script: deque[str] = deque()
        self._ended = threading.Event()
        bureau = self

        class Handler(_Handler):
            fake = bureau

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def then(self, *words: str) -> None:
        """What the next requests with a valid key are answered, in order."""
        with self._lock:
            self._script.extend(words)

    def __enter__(self) -> "Bureau":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, headers: dict[str, str], body: dict) -> str:
        """The word for this request."""
        with self._lock:
            if headers.get("authorization", "").removeprefix("Bearer ") not in self.keys:
                word = "401"
            else:
                word = self._script.popleft() if self._script else self.default
            self.seen.append(Seen(time.monotonic(), path, headers, body, word))
            return word

    def take_key(self, asking: str, new: str) -> None:
        """The bureau's own rotation: `asking` stays good, so that nobody is cut off, and whatever was before it does not."""
        with self._lock:
            self.keys = {asking, new}

    def sleep(self, seconds: float) -> bool:
        """Whether the bureau is still running after the seconds."""
        return not self._ended.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Callers that give up break their connections: that is what tests want, not a trace on the terminal."""


class _Handler(BaseHTTPRequestHandler):
    fake: Bureau
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.take()

    def do_PUT(self) -> None:
        self.take()

    def do_GET(self) -> None:
        self.take()

    def take(self) -> None:
        length = int(self.headers.get("content-length", 0))
        try:
            body = json.loads(self.rfile.read(length) or "{}")
        except ValueError:
            body = {}
        word = self.fake.answer(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        try:
            self.answer(word, body)
        except OSError:
            self.close_connection = True  # the caller has gone

    def answer(self, word: str, body: dict) -> None:
        applicant = str(body.get("applicant_id", ""))
        good = {"score": self.fake.scores.get(applicant, 700), "reference": f"bureau-{len(self.fake.seen)}"}
        match word.partition(":"):
            case ("slow", _, _):
                if self.fake.sleep(self.fake.slow_seconds):
                    self.send(200, good)
            case ("drip", _, _):
                self.start(200, {"content-length": "100000"})
                for _ in range(300):  # then it breaks off, so that who has no time limit fails and does not hang
                    if not self.fake.sleep(0.1):
                        break
                    self.wfile.write(b" ")
                    self.wfile.flush()
                self.close_connection = True
            case ("cut", _, _):
                self.start(200, {"content-length": "1000"})
                self.wfile.write(b'{"score"')
                self.close_connection = True
            case ("garbage", _, _):
                self.send(200, b"<html>Service temporarily fine</html>")
            case ("wrong", _, _):
                self.send(200, {"score": "high"})
            case ("huge", _, _):
                self.send(200, b" " * 2_000_000)
            case ("unknown", _, _):
                self.send(404, {"message": "no history"})
            case ("redirect", _, _):
                self.send(302, b"", {"location": "http://127.0.0.1:1/elsewhere"})
            case ("ok", _, _) if self.path.endswith("/keys/next"):
                self.fake.take_key(self.headers["authorization"].removeprefix("Bearer "), str(body["api_key"]))
                self.send(200, {})
            case ("ok", _, _):
                self.send(200, good)
            case (status, _, wait):
                self.send(int(status), {"message": "no"}, {"retry-after": wait} if wait else {})

    def start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send(self, status: int, body: dict | bytes, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.start(status, {"content-type": "application/json", "content-length": str(len(content)), **(headers or {})})
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing: tests look at `seen`."""

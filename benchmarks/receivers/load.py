"""A load generator: one thread, kept-alive connections on raw sockets, one request under way on each.

It spends about 30 µs on a request, less than any receiver that is measured, and so it is not what is measured.
"""

import itertools
import selectors
import socket
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What came back in one round. Times in seconds."""

    acknowledged: int
    refused: int
    seconds: float
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Acknowledged deliveries a second."""
        return self.acknowledged / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency that ``share`` of the requests did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection:
    """One socket with the request that is under way on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.began = 0.0

    def send(self, request: bytes) -> None:
        self.answer, self.began = b"", time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """Return the status once the whole answer is there."""
        got = self.socket.recv(65_536)
        if not got:
            raise ConnectionError("the receiver closed a connection")
        self.answer += got
        head, separator, rest = self.answer.partition(b"\r\n\r\n")
        if not separator:
            return None
        headers = head.lower()
        if b"\r\ntransfer-encoding: chunked" in headers:
            is_whole = rest.endswith(b"0\r\n\r\n")
        else:
            length = headers.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
            is_whole = len(rest) >= int(length or b"0")
        return int(head[9:12]) if is_whole else None


def run(port: int, head: bytes, tail: bytes, *, connections: int, seconds: float, name: str) -> Load:
    """Send ``head`` + a delivery id + ``tail`` over and over for ``seconds``; ids start with ``name`` and never repeat."""
    numbers = itertools.count()
    selector = selectors.DefaultSelector()
    opened = [_Connection(port) for _ in range(connections)]
    acknowledged = refused = 0
    latencies: list[float] = []
    began = time.perf_counter()
    for connection in opened:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(b"%b%b-%012d%b" % (head, name.encode(), next(numbers), tail))
    under_way, end = len(opened), began + seconds
    while under_way:
        for key, _ in selector.select():
            connection = key.data
            status = connection.receive()
            if status is None:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.began)
            acknowledged, refused = acknowledged + (status < 300), refused + (status >= 300)
            if now < end:
                connection.send(b"%b%b-%012d%b" % (head, name.encode(), next(numbers), tail))
            else:
                under_way -= 1
    spent = time.perf_counter() - began
    selector.close()
    for connection in opened:
        connection.socket.close()
    return Load(acknowledged, refused, spent, tuple(latencies))

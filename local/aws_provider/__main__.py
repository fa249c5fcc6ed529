"""Serves the provider: prints its port as the first line, ends on SIGINT and SIGTERM, and when its parent is gone."""

import os
import select
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from .server import Provider

THREADS = 32  # the engine's own default is 16 resources at a time per processor; calls mostly wait
MESSAGE_BYTES = 400 * 1024 * 1024  # as the engine allows
PARENT_SECONDS = 1.0


def main() -> None:
    parent = os.getppid()
    server = grpc.server(
        ThreadPoolExecutor(max_workers=THREADS),
        options=[("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.max_send_message_length", MESSAGE_BYTES)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(version("pulumi-aws")), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    reading, writing = os.pipe()  # not an Event: set in a handler while this thread is inside of wait, it would wait for ever
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.write(writing, b"."))
    print(port, flush=True)
    while not select.select([reading], [], [], PARENT_SECONDS)[0] and os.getppid() == parent:
        pass
    server.stop(grace=1).wait(2)
    sys.stdout.flush()
    os._exit(0)  # a call that hangs must not keep the process alive


if __name__ == "__main__":
    main()

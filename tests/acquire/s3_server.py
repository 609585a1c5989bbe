"""Moto's S3 server on loopback, which answers any client that has the server's address."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch
from urllib.request import Request, urlopen

BUCKET = "letters"


def s3_environment(address: str) -> dict[str, str]:
    """Return the environment variables by which an S3 client uses the server at an address."""
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "a-test",
        "AWS_SECRET_ACCESS_KEY": "a-test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@contextmanager
def s3_server(port: int = 0) -> Iterator[str]:
    """Run a server with one empty bucket, on this port or any free port, and yield the server's address.

    The S3 clients of this process and of its children use the server.
    """
    import s3fs  # these two take seconds to import: only where a server is started
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    try:
        with patch.dict(os.environ, s3_environment(address)):
            # moto keeps what it holds in the process, beyond the life of a server
            urlopen(Request(f"{address}/moto-api/reset", method="POST")).close()  # noqa: S310 - on loopback
            s3fs.S3FileSystem.clear_instance_cache()  # clients of a server before
            s3fs.S3FileSystem(skip_instance_cache=True).mkdir(BUCKET)
            yield address
    finally:
        server.stop()

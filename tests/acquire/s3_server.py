"""An S3 server on loopback: moto's, which answers any client that has its address."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch
from urllib.request import Request, urlopen

BUCKET = "letters"


@contextmanager
def s3_server() -> Iterator[str]:
    """Run a server with one empty bucket. The S3 clients of this process and of its children use the server."""
    import s3fs  # these two take seconds to import: only where a server is started
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    environment = {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "a-test",
        "AWS_SECRET_ACCESS_KEY": "a-test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    try:
        with patch.dict(os.environ, environment):
            # moto keeps what it holds in the process, beyond the life of a server
            urlopen(Request(f"{address}/moto-api/reset", method="POST")).close()  # noqa: S310 - on loopback
            s3fs.S3FileSystem(skip_instance_cache=True).mkdir(BUCKET)
            yield address
    finally:
        server.stop()

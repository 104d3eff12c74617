"""The environment that the platform would give, set before anything of the plugin is imported."""

import os
import tempfile

import pytest

home = tempfile.mkdtemp(prefix="lodestream-plugin-")
os.environ.setdefault("LODESTREAM_NODE", "node")
os.environ.update(
    LODESTREAM_PART_OF=home,
    LODESTREAM_KAFKA="127.0.0.1:9",
    LODESTREAM_MSK="http://127.0.0.1:9",
    LODESTREAM_ELASTICACHE="127.0.0.1:6379",
    GATEWAY_LISTEN="127.0.0.1:4566",
    SKIP_SSL_CERT_DOWNLOAD="1",
    DISABLE_EVENTS="1",
)
os.makedirs(os.path.join(home, "logs"))


@pytest.fixture
def platform_home() -> str:
    return home

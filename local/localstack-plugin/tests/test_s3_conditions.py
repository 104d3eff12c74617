"""The condition under which S3 deletes."""

from types import SimpleNamespace

import pytest
from localstack.aws.api.s3 import NoSuchKey, PreconditionFailed
from localstack.services.s3.models import S3DeleteMarker

from lodestream_localstack.s3_conditions import require

THERE = SimpleNamespace(etag="abc")
DELETED = S3DeleteMarker(key="k", version_id="v")


@pytest.mark.parametrize("if_match", ['"abc"', "abc", "*"])
def test_what_is_there_as_it_was_read_may_go(if_match):
    require(THERE, "k", if_match)


@pytest.mark.parametrize(
    ("current", "if_match", "refusal"),
    [
        (THERE, '"other"', PreconditionFailed),
        (None, '"abc"', NoSuchKey),
        (None, "*", NoSuchKey),
        (DELETED, '"abc"', NoSuchKey),
        (DELETED, "*", PreconditionFailed),
    ],
)
def test_anything_else_stays(current, if_match, refusal):
    with pytest.raises(refusal):
        require(current, "k", if_match)

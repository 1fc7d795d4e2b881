"""The tests of faults with larger counts: ``pytest tests/nightly``."""

import pytest
from faults import NIGHTLY, Counts
from test_crash import *  # noqa: F403
from test_cuts import *  # noqa: F403
from test_races import *  # noqa: F403


@pytest.fixture(scope="session")
def counts() -> Counts:
    return NIGHTLY

"""Every request that the service makes in this process is held against the published API descriptions, module by module."""

from collections.abc import Iterator

import pytest

from tests.trackers import contract


@pytest.fixture(scope="module", autouse=True)
def as_published() -> Iterator[None]:
    """Record the module's requests, and fail its last test where one of them is not as published."""
    with contract.recorded() as exchanges:
        yield
    if contract.is_at_hand():
        found = contract.violations(exchanges)
        assert not found, "not as published:\n" + "\n".join(found)

"""Every module here has a registry of its own: they are made to fail."""
import itertools

import pytest

from lib.faults import Faulty

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def settings():
    """What a module wants else: keyword arguments of Faulty."""
    return {}


@pytest.fixture(scope="module")
def faulty(settings):
    instance = Faulty(**settings)
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def alice(faulty):
    return faulty.user("alice")


@pytest.fixture
def fresh():
    """A function: a crate name that no other test uses."""
    return lambda: f"fault-{next(numbers)}"

"""Fixtures of everything that is tested over the wire: one registry a run, four people, names that nobody else uses."""
import atexit
import itertools
import os
import pathlib
import shutil
import sys
import tempfile
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lib.github import GitHub  # noqa: E402  (the path above is what makes it importable)
from lib.instance import Instance, end_in_order, ending  # noqa: E402  (the path above is what makes it importable)
from lib.registry import Client  # noqa: E402

names = itertools.count(1)
METRICS_TOKEN = "of the collector"


def own_folder():
    """Temporary folders of this run alone: pytest closes the one of all runs to other users whenever a run begins, and the programs of
    another run, which root starts as another user, stand before a closed door. Its name is short: sockets are made below it."""
    folder = os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.mkdtemp(prefix="cht-")
    os.chmod(folder, 0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # behind pytest's own tidying, which begins later


def pytest_configure(config):
    end_in_order()
    if config.option.basetemp is None and "PYTEST_DEBUG_TEMPROOT" not in os.environ:
        own_folder()


def pytest_keyboard_interrupt():
    ending()


def pytest_collection_modifyitems(items):
    """What looks back on the whole run comes last."""
    items.sort(key=lambda item: item.name == "test_every_route_is_tested")


@pytest.fixture(scope="session")
def registry():
    """A running registry, shared by all tests of the run: they use names of their own. Its workers stay, however much
    they are asked, so that a test can tell whether one died."""
    instance = Instance(settings=["server.max_requests=0", f"server.metrics_token={METRICS_TOKEN}"])
    try:
        yield instance.start()
    finally:
        instance.remove()


freshened = time.monotonic()


@pytest.fixture(autouse=True)
def sign_ins_are_fresh(request):
    """However long the run takes: what asks for a sign-in of the last minutes (app/server/fresh.h) finds one in the shared registry."""
    global freshened
    if "registry" in request.fixturenames and time.monotonic() - freshened > 240:
        request.getfixturevalue("registry").sql("UPDATE sessions SET created_us = UNIX_TIMESTAMP() * 1000000")
        freshened = time.monotonic()


@pytest.fixture(scope="session")
def tight():
    """A registry with all limits on, and small ones."""
    limits = {"enabled": "true", "publish_new_burst": 3, "publish_new_rate_s": 600, "publish_update_burst": 2,
              "publish_update_rate_s": 60, "yank_burst": 2, "letter_burst": 3, "letter_rate_s": 300, "yank_rate_s": 30, "new_versions_daily": 3,
              "upload_bytes": 20_000, "body_bytes": 10_000, "token_exchange_burst": 3}
    instance = Instance(settings=[*(f"limits.{key}={value}" for key, value in limits.items()),
                                  "trustpub.issuers=oidc http://127.0.0.1:1"])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="session")
def alice(registry):
    return registry.user("alice")


@pytest.fixture(scope="session")
def bob(registry):
    return registry.user("bob")


@pytest.fixture(scope="session")
def carol(registry):
    """Her address is not verified."""
    return registry.user("carol", verified=False)


@pytest.fixture(scope="session")
def boss(registry):
    """An administrator."""
    return registry.user("boss", admin=True)


@pytest.fixture(scope="session")
def collector(registry):
    """Reads the metrics."""
    return Client(registry.url, Authorization=f"Bearer {METRICS_TOKEN}")


@pytest.fixture(scope="module")
def github():
    """A GitHub that is none, for the tests of one file; what it was told to do wrong ends with each test (healed)."""
    github = GitHub().start()
    yield github
    github.stop()


@pytest.fixture(scope="module")
def mail_server():
    """A mail server for the tests of one file: an instance with mail_server.settings() hands its letters over to it."""
    from lib.smtp import Server  # what it needs is only there where letters are tested
    server = Server().start()
    yield server
    server.stop()


@pytest.fixture
def healed(github):
    yield
    github.heal()


@pytest.fixture
def anon(registry):
    return registry.anonymous


@pytest.fixture
def new_name(request):
    """A function: a crate name that no other test uses."""
    def make(stem="crate"):
        return f"{stem}-{next(names)}"
    return make

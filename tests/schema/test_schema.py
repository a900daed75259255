"""Requests made up from docs/openapi.json by schemathesis, good ones and bad ones, the same ones in each run: as nobody, with an
API token, and with the session of somebody who owns what there is. No answer is a 5xx, and each is one that the document has.

Runs in the venv of tests/requirements.txt: make check-schema.
"""
import json
import zlib

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from lib import openapi
from lib.registry import USER_AGENT
from lib.steps import crate_id, publish, user_id

CRATE = "schema"
schema = schemathesis.openapi.from_dict(openapi.DOCUMENT)
bounded = settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def prober(registry):
    """Owns what there is, and is an administrator."""
    return registry.user("prober", admin=True)


@pytest.fixture(scope="module")
def known(registry, prober):
    """What path parameters may be called, so that half of the requests meet something that is there, and that stays: the crate is too
    old to be deleted, and another depends on it."""
    publish(prober, CRATE, "1.0.0", "1.0.1", package={"keywords": ["scheme"], "categories": ["science"]})
    publish(prober, CRATE + "-user", tables={"dependencies": {CRATE: "1"}})
    registry.sql(f"UPDATE crates SET created_us = created_us - 30 * 86400 * 1000000 WHERE name = '{CRATE}'")
    registry.sql("INSERT INTO teams (login, github_id) VALUES ('github:schema:team', 4712)")
    me = str(user_id(registry, "prober"))
    return {"name": CRATE, "version": "1.0.0", "keyword": "scheme", "category": "science", "user": me, "id": me, "username": "prober",
            "team": "github:schema:team", "crate_id": str(crate_id(registry, CRATE)), "kind": "service", "GET user": "prober"}


@pytest.fixture(params=["nobody", "token", "session"])
def credentials(request, registry, prober):
    """New ones for each operation: what it is asked may end them."""
    if request.param == "token":
        return {"Authorization": registry.token("prober", "schema")}
    return {"Cookie": registry.ctl("session", "create", "prober").split()[-1]} if request.param == "session" else {}


@schema.parametrize()
@bounded
def test_operation(case, registry, known, credentials):
    parameters = case.path_parameters
    if parameters and zlib.crc32(json.dumps(parameters, sort_keys=True, default=str).encode()) % 2:
        case.path_parameters = {name: known.get(f"{case.method} {name}", known.get(name, value)) for name, value in parameters.items()}
    answer = case.call(base_url=registry.url, headers={"User-Agent": USER_AGENT, **credentials}, timeout=30)
    assert answer.status_code < 500 or answer.status_code == 501, answer.text  # 501: GitHub is not set up
    kind = answer.headers.get("content-type")
    openapi.check(case.method, answer.request.path_url, answer.status_code, kind[0] if kind else None, answer.content)

"""A workflow publishes with the real cargo: its JSON Web Token becomes a token, the token goes to cargo, and is given back. One
web server will do: what differs between them is in test_cargo.py and test_webservers.py."""
import pytest

from lib.cargo import Cargo, package
from lib.instance import Instance
from lib.oidc import Issuer, gitlab_claims
from lib.registry import Client
from lib.steps import version

TOKENS = "/api/v1/trusted_publishing/tokens"


@pytest.fixture(scope="module")
def gitlab():
    issuer = Issuer("https://gitlab.com").start()
    yield issuer
    issuer.stop()


@pytest.fixture(scope="module")
def registry(gitlab):
    instance = Instance(settings=[f"trustpub.issuers=gitlab {gitlab.url} {gitlab.keys_url}", "trustpub.audience=house"])
    gitlab.audience = "house"
    try:
        yield instance.start()
    finally:
        instance.remove()


def publish(cargo, folder, **more):
    return cargo.run("publish", "--registry", "house", "--allow-dirty", cwd=folder, **more)


def test_from_the_token_of_a_workflow_to_a_version(registry, gitlab, tmp_path):
    alice = registry.user("alice")
    hers = Cargo(tmp_path / "alice", registry, alice.secret)
    publish(hers, package(tmp_path / "one", "released-alone"))
    answer = alice.browser.post("/api/v1/trusted_publishing/gitlab_configs", {"gitlab_config": {
        "crate": "released-alone", "namespace": "acme", "project": "released", "workflow_filepath": ".gitlab-ci.yml",
        "environment": "release"}})
    assert answer.status_code == 200, answer.text
    assert alice.browser.patch("/api/v1/crates/released-alone", {"crate": {"trustpub_only": True}}).status_code == 200
    second = package(tmp_path / "two", "released-alone", "0.2.0")
    assert "can only be published using Trusted Publishing" in publish(hers, second, ok=False)

    claims = gitlab_claims("Acme/Released", workflow=".gitlab-ci.yml")
    assert registry.anonymous.post(TOKENS, {"jwt": gitlab.jwt(**claims)}).status_code == 400
    answer = registry.anonymous.post(TOKENS, {"jwt": gitlab.jwt(**claims, environment="release")})
    assert answer.status_code == 200, answer.text
    workflow = Cargo(tmp_path / "workflow", registry, answer.json()["token"])
    assert "Published released-alone v0.2.0" in publish(workflow, second)
    shown = version(registry, "released-alone", "0.2.0")
    assert shown["published_by"] is None
    assert shown["trustpub_data"] == {"provider": "gitlab", "project_path": "Acme/Released", "job_id": "987654321",
                                      "sha": "3c5d6b6a"}

    assert "do not support creating new crates" in publish(workflow, package(tmp_path / "new", "released-anew"), ok=False)
    workflow.run("yank", "--registry", "house", "released-alone@0.2.0", ok=False)
    assert Client(registry.url, Authorization=workflow.token).delete(TOKENS).status_code == 204
    third = package(tmp_path / "three", "released-alone", "0.3.0")
    assert "Invalid authentication token" in publish(workflow, third, ok=False)
    assert "cht_tp_" not in (registry.data / "log/cratehouse.log").read_text(errors="replace")

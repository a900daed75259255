"""Issuers beside github.com and gitlab.com, as docs/trusted-publishing.md sets them up: its list of issuers and its grants are what this
registry has, its forges are played (tests/lib/oidc.py), with what each says in its tokens."""
import pathlib
import re
import shlex
import time
import tomllib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from lib.instance import ROOT, Instance
from lib.oidc import Issuer, Key, b64, gitlab_claims, numbers
from lib.registry import Client, Crate
from lib.steps import publish, refused, version

PATH = "/api/v1/trusted_publishing/tokens"
GUIDE = pathlib.Path(ROOT / "docs/trusted-publishing.md").read_text()
CRATE = "my-crate"
FORGEJO, JENKINS, KUBERNETES = ("https://forge.example.org/api/actions", "https://jenkins.example.org/oidc",
                                "https://kubernetes.default.svc.cluster.local")
GITLAB = "https://git.example.org"

# What a workflow says that the guide's grant is for; a claim that is None is not in such tokens.
SAYS = {
    FORGEJO: {"jti": None, "actor": "alice", "actor_id": "1", "base_ref": "", "event_name": "push", "head_ref": "", "ref": "refs/tags/v1.2.0",
              "ref_protected": "false", "ref_type": "tag", "repository": "acme/tool", "repository_id": "5", "repository_owner": "acme",
              "repository_owner_id": "2", "run_attempt": "1", "run_id": "77", "run_number": "9", "sha": "3c5d6b6a",
              "sub": "repo:acme/tool:ref:refs/tags/v1.2.0", "workflow": "release.yml",
              "workflow_ref": "acme/tool/.forgejo/workflows/release.yml@refs/tags/v1.2.0"},
    JENKINS: {"jti": None, "nbf": None, "sub": "https://jenkins.example.org/job/release/", "build_number": 9},
    KUBERNETES: {"aud": ["AUDIENCE"], "sub": "system:serviceaccount:ci:releaser",
                 "kubernetes.io": {"namespace": "ci", "serviceaccount": {"name": "releaser", "uid": "e6a8680e"}, "warnafter": 1}},
}

# What its neighbours say.
OTHERS = {
    FORGEJO: [{"repository": "acme/tool2"}, {"repository": "evil/tool"}, {"ref": "refs/heads/main"}, {"ref": None}, {"repository": ["acme/tool"]}],
    JENKINS: [{"sub": "https://jenkins.example.org/job/release/job/evil/"}, {"sub": "https://jenkins.example.org/job/release"},
              {"sub": "https://jenkins.example.org/job/RELEASE/"}],
    KUBERNETES: [{"sub": "system:serviceaccount:ci:releaser2"}, {"sub": "system:serviceaccount:evil:releaser"}],
}


class Forges:
    """The registry of the guide and who plays its issuers: .issuers by their names."""

    def __init__(self):
        setting, = (tomllib.loads(text)["trustpub"] for text in re.findall(r"```toml\n(.*?)```", GUIDE, re.S))
        self.issuers, entries = {}, []
        for entry in setting["issuers"].split(","):
            kind, url = entry.split()[:2]
            self.issuers[url] = Issuer(url, setting["audience"]).start()
            entries.append(f"{kind} {url} {self.issuers[url].keys_url}")
        self.registry = Instance(settings=[f"trustpub.issuers={', '.join(entries)}", f"trustpub.audience={setting['audience']}"])

    def grant(self):
        """All that the guide grants."""
        for line in re.findall(r"^cratehouse (trustpub grant .*)$", GUIDE, re.M):
            self.registry.ctl(*shlex.split(line))

    def jwt(self, url, key=None, header=None, **changed):
        claims = {**SAYS[url], "number": next(numbers), **changed}  # without an id each is another one by this
        claims = {name: [self.issuers[url].audience if x == "AUDIENCE" else x for x in value] if name == "aud" and isinstance(value, list) else value
                  for name, value in claims.items()}
        return self.issuers[url].jwt(key, header, **claims)

    def ask(self, url, *more, **changed):
        return self.exchange(self.jwt(url, *more, **changed))

    def exchange(self, jwt):
        return self.registry.anonymous.post(PATH, {"jwt": jwt})

    def look_again(self):
        """Nobody has just looked for keys."""
        self.registry.sql("UPDATE trustpub_key_sets SET tried_us = 0")

    def stop(self):
        self.registry.remove()
        for issuer in self.issuers.values():
            issuer.stop()


@pytest.fixture(scope="module")
def forges():
    here = Forges()
    try:
        here.registry.start()
        here.owner = here.registry.user("alice")
        publish(here.owner, CRATE)
        here.grant()
        yield here
    finally:
        here.stop()


@pytest.fixture(params=SAYS)
def url(request):
    return request.param


def nothing(url, sub):
    return f"No Trusted Publishing grant found for `{sub}` of `{url}`."


def test_the_guide_has_them_all(forges):
    assert {*SAYS, GITLAB} <= set(forges.issuers)


def test_publishes(forges, url):
    answer = forges.ask(url)
    assert answer.status_code == 200, answer.text
    number = f"1.{list(SAYS).index(url) + 1}.0"
    assert Client(forges.registry.url, Authorization=answer.json()["token"]).publish(Crate(CRATE, number)).status_code == 200
    assert version(forges.registry, CRATE, number)["trustpub_data"] == {"provider": "oidc", "issuer": url, "subject": SAYS[url]["sub"]}


def test_neighbours(forges, url):
    for changed in OTHERS[url]:
        refused(forges.ask(url, **changed), 400, nothing(url, changed.get("sub", SAYS[url]["sub"])))


def test_what_one_forge_is_granted_the_others_are_not(forges, url):
    for other in SAYS:
        if other != url:
            jwt = forges.issuers[url].jwt(**{**SAYS[other], "aud": forges.issuers[url].audience})
            refused(forges.exchange(jwt), 400, nothing(url, SAYS[other]["sub"]))


def test_once(forges, url):
    jwt = forges.jwt(url)
    assert forges.exchange(jwt).status_code == 200
    refused(forges.exchange(jwt), 400, "JWT has already been used")
    # by its id where it has one, else by what was signed
    assert forges.ask(url, jti="the same").status_code == 200
    refused(forges.ask(url, jti="the same"), 400, "JWT has already been used")
    head, claims, _ = jwt.split(".")
    refused(forges.exchange(f"{head}.{claims}.{b64(b'x' * 256)}"), 400, "Failed to decode JWT")


@pytest.mark.parametrize("claim,seconds,good", [
    ("exp", -30, True), ("exp", -120, False), ("iat", 30, True), ("iat", 150, False), ("nbf", 30, True), ("nbf", 150, False)])
def test_when(forges, url, claim, seconds, good):
    answer = forges.ask(url, **{claim: int(time.time()) + seconds})
    if good:
        assert answer.status_code == 200, answer.text
    else:
        refused(answer, 400, "Failed to decode JWT")


def test_for_whom(forges, url):
    audience = forges.issuers[url].audience
    for aud in ("crates.io", ["crates.io"], [audience, "crates.io"], [], None, 1, [[audience]], audience + ".evil"):
        refused(forges.ask(url, aud=aud), 400, "Failed to decode JWT")
    for aud in (audience, [audience]):
        assert forges.ask(url, aud=aud).status_code == 200


@pytest.mark.parametrize("curve", [None, ec.SECP256R1], ids=["RS256", "ES256"])
def test_other_keys(forges, url, curve):
    """One that nobody knows yet, then it is known beside the old one, then instead of it."""
    issuer, new = forges.issuers[url], Key(curve=curve)
    old = issuer.keys
    assert forges.ask(url).status_code == 200
    refused(forges.ask(url, new), 400, "Invalid JWT key ID")
    forges.look_again()
    refused(forges.ask(url, new), 400, "Invalid JWT key ID")
    try:
        for keys, old_counts in ([*old, new], True), ([new], False):
            issuer.keys = keys
            forges.look_again()
            refused(forges.ask(url, Key()), 400, "Invalid JWT key ID")
            assert forges.ask(url, new).status_code == 200
            answer = forges.ask(url, old[0])
            assert answer.status_code == (200 if old_counts else 400), answer.text
        refused(forges.ask(url, Key(kid=new.kid, curve=curve)), 400, "Failed to decode JWT")
    finally:
        issuer.keys = old
        forges.registry.sql("DELETE FROM trustpub_key_sets")


def test_a_gitlab_of_ones_own(forges):
    """An owner's configuration names it; the same project at gitlab.com is somebody else's."""
    claims = gitlab_claims("acme/sub/tool", ci_config_ref_uri="git.example.org/acme/sub/tool//.gitlab-ci.yml@refs/heads/main")
    missing = "No Trusted Publishing config found for repository `acme/sub/tool`."
    refused(forges.exchange(forges.issuers[GITLAB].jwt(**claims)), 400, missing)
    answer = forges.owner.browser.post("/api/v1/trusted_publishing/gitlab_configs", {"gitlab_config": {
        "crate": CRATE, "namespace": "acme/sub", "project": "tool", "workflow_filepath": ".gitlab-ci.yml", "issuer": GITLAB}})
    assert answer.status_code == 200, answer.text
    refused(forges.exchange(forges.issuers["https://gitlab.com"].jwt(**claims)), 400, missing)
    answer = forges.exchange(forges.issuers[GITLAB].jwt(**claims))
    assert answer.status_code == 200, answer.text
    assert Client(forges.registry.url, Authorization=answer.json()["token"]).publish(Crate(CRATE, "2.0.0")).status_code == 200
    assert version(forges.registry, CRATE, "2.0.0")["trustpub_data"]["issuer"] == GITLAB

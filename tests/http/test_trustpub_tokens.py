"""A JSON Web Token of a workflow becomes a token that publishes: POST and DELETE /api/v1/trusted_publishing/tokens
(contract/api.md 27, contract/publish.md 4.2 and 13). Issuers are fakes on this machine: tests/lib/oidc.py."""
import base64
import concurrent.futures
import contextlib
import functools
import hashlib
import json
import re
import string
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from lib.instance import Instance
from lib.oidc import Issuer, Key, b64, compact, github_claims, gitlab_claims, hmac_by
from lib.registry import Client, Crate
from lib.steps import crate_id, publish, refused, user_id, version

PATH = "/api/v1/trusted_publishing/tokens"
NO_JWT = "Failed to decode JWT"
USED = "JWT has already been used"
NO_KEYS = "Failed to load OIDC key set"
NO_KEY = "Invalid JWT key ID"
ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits
GITHUB, GITLAB = "https://token.actions.githubusercontent.com", "https://gitlab.com"


class World:
    """A registry and the issuers that it trusts: .hub and .lab stand in for github.com and gitlab.com, .other_lab is a second
    GitLab, .oidc one of neither kind."""

    def __init__(self):
        self.hub, self.lab, self.other_lab, self.oidc = (issuer.start() for issuer in (Issuer(GITHUB), Issuer(GITLAB), Issuer(), Issuer()))
        issuers = (f"github {GITHUB} {self.hub.keys_url}, gitlab {GITLAB} {self.lab.keys_url}, gitlab {self.other_lab.url}, "
                   f"oidc {self.oidc.url}")
        self.registry = Instance(settings=["server.max_requests=0", f"trustpub.issuers={issuers}"])
        for issuer in self.issuers:
            issuer.audience = self.registry.url.removeprefix("http://")

    @property
    def issuers(self):
        return self.hub, self.lab, self.other_lab, self.oidc

    def exchange(self, jwt):
        return self.registry.anonymous.post(PATH, {"jwt": jwt})

    def token(self, jwt):
        answer = self.exchange(jwt)
        assert answer.status_code == 200, answer.text
        return answer.json()["token"]

    def client(self, jwt):
        """Who publishes with it."""
        return Client(self.registry.url, Authorization=f"Bearer {self.token(jwt)}")

    def forget(self, issuer, keys=True):
        """The keys of an issuer; or only that somebody has just fetched them."""
        self.registry.sql("DELETE FROM trustpub_key_sets" if keys else "UPDATE trustpub_key_sets SET tried_us = 0")
        issuer.asked.clear()

    def trust_hub(self, crate, repository="acme/tool", owner_id=42, workflow="release.yml", environment=None):
        owner, name = repository.split("/")
        self.registry.sql(
            "INSERT INTO trustpub_configs_github (created_us, crate_id, repository_owner, repository_owner_lower,"
            " repository_name, repository_name_lower, repository_owner_id, workflow_filename, environment) VALUES (1,"
            f" {crate_id(self.registry, crate)}, '{owner}', '{owner.lower()}', '{name}', '{name.lower()}', {owner_id},"
            f" '{workflow}', {quoted(environment)})")

    def trust_lab(self, crate, project="acme/sub/tool", namespace_id=None, workflow="ci/release.yml", environment=None,
                  issuer=GITLAB):
        namespace, name = project.rsplit("/", 1)
        self.registry.sql(
            "INSERT INTO trustpub_configs_gitlab (created_us, crate_id, namespace, namespace_lower, project, project_lower,"
            f" namespace_id, workflow_filepath, environment, issuer) VALUES (1, {crate_id(self.registry, crate)},"
            f" '{namespace}', '{namespace.lower()}', '{name}', '{name.lower()}', {quoted(namespace_id)}, '{workflow}',"
            f" {quoted(environment)}, '{issuer}')")


def quoted(value):
    return "NULL" if value is None else f"'{value}'"


@pytest.fixture(scope="module")
def world():
    here = World()
    try:
        here.registry.start()
        yield here
    finally:
        here.registry.remove()
        for issuer in here.issuers:
            issuer.stop()


@pytest.fixture(scope="module")
def owner(world):
    return world.registry.user("alice")


@pytest.fixture
def crate(owner, new_name):
    return publish(owner, new_name("trusted"))


@pytest.fixture
def repo(new_name):
    """A repository that no other test has."""
    return f"acme/{new_name('tool')}"


@contextlib.contextmanager
def faulty(issuer, fault):
    issuer.fault = fault
    try:
        yield
    finally:
        issuer.fault = None


# ---- it works

def check_char(raw):
    return ALPHABET[functools.reduce(lambda a, b: a ^ b, raw.encode()) % 62]


def test_github(world, owner, crate, repo):
    world.trust_hub(crate, repo)
    answer = world.exchange(world.hub.jwt(**github_claims(repo.upper())))
    assert answer.status_code == 200 and list(answer.json()) == ["token"]
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.json()["token"]
    assert re.fullmatch(r"cht_tp_[A-Za-z0-9]{32}", token)
    raw = token[len("cht_tp_"):-1]
    assert token[-1] == check_char(raw)
    row = world.registry.sql("SELECT crate_ids, trustpub_data, expires_us - created_us FROM trustpub_tokens WHERE"
                             f" hashed_token = UNHEX('{hashlib.sha256(raw.encode()).hexdigest()}')")
    data = {"provider": "github", "repository": repo.upper(), "run_id": "1234567890", "sha": "3c5d6b6a"}
    assert json.loads(row[0][0]) == [crate_id(world.registry, crate)] and int(row[0][2]) == 30 * 60 * 1_000_000
    assert json.loads(row[0][1]) == data
    workflow = Client(world.registry.url, Authorization=f"Bearer {token}")
    for number in ("1.1.0", "1.2.0"):  # it can be used again
        answer = workflow.publish(Crate(crate, number))
        assert answer.status_code == 200 and answer.json()["crate"]["max_version"] == number, answer.text
        shown = version(world.registry, crate, number)
        assert (shown["trustpub_data"], shown["published_by"], shown["audit_actions"]) == (data, None, [])
    assert [line["vers"] for line in world.registry.index(crate)] == ["1.0.0", "1.1.0", "1.2.0"]
    rows = world.registry.sql("SELECT v.num FROM versions_published_by p JOIN versions v ON v.id = p.version_id"
                              f" WHERE v.crate_id = {crate_id(world.registry, crate)}")
    assert rows == [["1.0.0"]], "nobody's address stands beside what a workflow published"


def test_gitlab(world, crate, repo):
    project = repo.replace("/", "/sub/")
    world.trust_lab(crate, project)
    workflow = world.client(world.lab.jwt(**gitlab_claims(project)))
    assert workflow.publish(Crate(crate, "1.1.0")).status_code == 200
    assert version(world.registry, crate, "1.1.0")["trustpub_data"] == {
        "provider": "gitlab", "project_path": project, "job_id": "987654321", "sha": "3c5d6b6a"}


def test_es256(world, crate, repo):
    world.trust_hub(crate, repo)
    key = Key(curve=ec.SECP256R1)
    world.hub.keys.append(key)
    world.forget(world.hub, keys=False)
    try:
        assert world.exchange(world.hub.jwt(key, **github_claims(repo))).status_code == 200
        broken = world.hub.jwt(key, **github_claims(repo)).split(".")
        for signature in (b64(b"\0" * 64), b64(b"\1" * 63), b64(b"\1" * 65), broken[2][:-4]):
            refused(world.exchange(".".join(broken[:2] + [signature])), 400, NO_JWT)
    finally:
        world.hub.keys.remove(key)


def test_crates_of_all_that_fits(world, owner, new_name, repo):
    crates = [publish(owner, new_name("many")) for _ in range(3)]
    world.trust_hub(crates[1], repo, environment="Prod")
    world.trust_hub(crates[0], repo)
    world.trust_hub(crates[0], repo)
    world.trust_hub(crates[2], repo, workflow="other.yml")
    workflow = world.client(world.hub.jwt(**github_claims(repo, environment="prod")))
    for name in crates[:2]:
        assert workflow.publish(Crate(name, "1.1.0")).status_code == 200
    refused(workflow.publish(Crate(crates[2], "1.1.0")), 403,
            f"The provided access token is not valid for crate `{crates[2]}`")
    ids = world.registry.sql("SELECT crate_ids FROM trustpub_tokens ORDER BY id DESC LIMIT 1")[0][0]
    assert json.loads(ids) == sorted(crate_id(world.registry, name) for name in crates[:2])


# ---- rows 1 to 3

@pytest.mark.parametrize("jwt", ["", "a", "a.b", "a.b.c", "..", "a.b.c.d", "e30.e30.e30", "=.=.=", "x" * 20_000, "\u00e9.a.b",
                                 f"{b64({'alg': 'RS256', 'kid': 'x'})}.{b64({'iss': 1})}.AAAA",
                                 f"{b64({'alg': 'RS256', 'kid': 'x'})}.{b64({})}.AAAA",
                                 f"{b64({'alg': 'RS256', 'kid': 'x'})}.{b64([])}.AAAA",
                                 f"{b64({'alg': 'RS256', 'kid': 'x', 'crit': ['b64']})}.{b64({'iss': GITHUB})}.AAAA",
                                 f"{b64({'kid': 'x'})}.{b64({'iss': GITHUB})}.AAAA"])
def test_no_token_at_all(world, jwt):
    answer = world.exchange(jwt)
    refused(answer, 400, NO_JWT)
    assert world.registry.queries(answer) == 0


@pytest.mark.parametrize("iss", ["https://github.com", GITHUB + "/", GITHUB.upper(), "", "file:///etc/passwd",
                                 "http://169.254.169.254"])
def test_issuers_that_nobody_listed(world, iss):
    answer = world.exchange(world.hub.jwt(iss=iss, header={"kid": None}))
    refused(answer, 400, f"Unsupported JWT issuer: {iss}")
    assert world.registry.queries(answer) == 0


def test_no_key_is_named(world):
    for kid in (None, 1, ["x"]):
        refused(world.exchange(world.hub.jwt(header={"kid": kid})), 400, "Missing JWT key ID")


@pytest.mark.parametrize("body,status", [
    (b"{}", 422), (b'{"jwt":null}', 422), (b'{"jwt":1}', 422), (b"", 400), (b'{"jwt":"a"} x', 400), (b'["a.b"]', 400)])
def test_bad_bodies(world, body, status):
    answer = world.registry.anonymous.post(PATH, body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    answer = world.registry.anonymous.post(PATH, body)
    refused(answer, 415, "Expected request with `Content-Type: application/json`")


# ---- rows 4 and 5: keys

@pytest.mark.parametrize("fault", ["down", "huge", "no json", "no keys", "other issuer", "other host", "redirect"])
def test_keys_that_do_not_come(world, fault):
    with faulty(world.oidc, fault):
        world.forget(world.oidc)
        refused(world.exchange(world.oidc.jwt()), 500, NO_KEYS)
        # it is not asked again at once, whoever comes
        asked = len(world.oidc.asked)
        assert asked >= 1
        refused(world.exchange(world.oidc.jwt()), 500, NO_KEYS)
        assert len(world.oidc.asked) == asked
    # but soon
    tried = int(world.registry.sql(f"SELECT tried_us FROM trustpub_key_sets WHERE issuer = '{world.oidc.url}'")[0][0])
    assert time.time() - 60 <= tried / 1e6 <= time.time() - 40
    world.forget(world.oidc, keys=False)
    answer = world.exchange(world.oidc.jwt())
    assert answer.status_code == 400 and "grant" in answer.text


def test_a_slow_issuer(world):
    with faulty(world.oidc, "slow"):
        world.forget(world.oidc)
        begin = time.monotonic()
        refused(world.exchange(world.oidc.jwt()), 500, NO_KEYS)
        assert 4 < time.monotonic() - begin < 60
    world.forget(world.oidc)


def test_one_worker_fetches(world):
    """The others do not wait with it: they are told to come again."""
    with faulty(world.oidc, "slow"):
        world.forget(world.oidc)
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(world.exchange, [world.oidc.jwt() for _ in range(3)]))
    assert {answer.status_code for answer in answers} in ({500}, {500, 503})  # one that comes late finds that it failed
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 503)
    assert len(world.oidc.asked) == 1
    world.forget(world.oidc)


@pytest.mark.parametrize("ahead_s,asked", [(10, False), (3600, True)])
def test_who_set_out_later_is_faster(world, ahead_s, asked):
    """Two workers read the clock and claim in the other order; the second is refused. A clock that was set back is not waited for."""
    world.forget(world.oidc)
    world.registry.sql("INSERT INTO trustpub_key_sets (issuer, tried_us) VALUES"
                       f" ('{world.oidc.url}', {int((time.time() + ahead_s) * 1e6)})")
    answer = world.exchange(world.oidc.jwt())
    assert (answer.status_code == 503, bool(world.oidc.asked)) == (not asked, asked), answer.text
    world.forget(world.oidc)


def test_keys_are_fetched_once_for_all(world, crate, repo):
    world.trust_hub(crate, repo)
    world.forget(world.hub)
    for _ in range(6):
        assert world.exchange(world.hub.jwt(**github_claims(repo))).status_code == 200
    assert world.hub.asked == ["/keys"]
    world.forget(world.oidc)
    world.exchange(world.oidc.jwt())
    assert world.oidc.asked == ["/.well-known/openid-configuration", "/keys"]


def test_rotation(world, crate, repo):
    world.trust_hub(crate, repo)
    world.forget(world.hub)
    old, new, never = world.hub.key, Key(), Key()
    assert world.exchange(world.hub.jwt(old, **github_claims(repo))).status_code == 200
    world.hub.keys = [new]
    try:
        # within a minute of the last look nobody looks again
        refused(world.exchange(world.hub.jwt(new, **github_claims(repo))), 400, NO_KEY)
        assert world.hub.asked == ["/keys"]
        assert world.exchange(world.hub.jwt(old, **github_claims(repo))).status_code == 200
        world.forget(world.hub, keys=False)
        assert world.exchange(world.hub.jwt(new, **github_claims(repo))).status_code == 200
        assert world.hub.asked == ["/keys"]
        # what is gone there is gone here
        refused(world.exchange(world.hub.jwt(old, **github_claims(repo))), 400, NO_KEY)
        # one that never was costs one look in a minute
        world.forget(world.hub, keys=False)
        for _ in range(4):
            refused(world.exchange(world.hub.jwt(never, **github_claims(repo))), 400, NO_KEY)
        assert world.hub.asked == ["/keys"]
    finally:
        world.hub.keys = [old]
        world.forget(world.hub)


def age(world, issuer, hours):
    world.registry.sql(f"UPDATE trustpub_key_sets SET tried_us = 0, fetched_us = fetched_us - {hours} * 3600000000"
                       f" WHERE issuer = '{issuer.url}'")
    issuer.asked.clear()


def test_keys_grow_old(world, crate, repo):
    world.trust_hub(crate, repo)
    world.forget(world.hub)
    assert world.exchange(world.hub.jwt(**github_claims(repo))).status_code == 200
    age(world, world.hub, 2)
    assert world.exchange(world.hub.jwt(**github_claims(repo))).status_code == 200
    assert world.hub.asked == ["/keys"], "after an hour it looks again"
    with faulty(world.hub, "down"):
        age(world, world.hub, 2)
        for _ in range(2):
            assert world.exchange(world.hub.jwt(**github_claims(repo))).status_code == 200
        assert world.hub.asked == ["/keys"], "an issuer that is away does no harm for a day"
        age(world, world.hub, 24)
        for _ in range(2):
            refused(world.exchange(world.hub.jwt(**github_claims(repo))), 500, NO_KEYS)
    world.forget(world.hub)


# ---- row 6: signature and times

def test_signatures(world, crate, repo):
    world.trust_hub(crate, repo)
    claims, key = world.hub.claims(**github_claims(repo)), world.hub.key
    good = compact({"alg": "RS256", "kid": key.kid}, claims, key.sign)
    head, payload, signature = good.split(".")
    stranger = Key(kid=key.kid)
    wrong = {
        "by another key": world.hub.jwt(stranger, **github_claims(repo)),
        "other claims": f"{head}.{b64({**claims, 'sha': 'x'})}.{signature}",
        "other header": f"{b64({'alg': 'RS256', 'kid': key.kid, 'typ': 'JWT'})}.{payload}.{signature}",
        "nothing signed": f"{head}.{payload}.",
        "cut": f"{head}.{payload}.{signature[:-4]}",
        "alg none": compact({"alg": "none", "kid": key.kid}, claims, lambda data: b""),
        "alg none, signed": compact({"alg": "none", "kid": key.kid}, claims, key.sign),
        "alg HS256 by the public key": compact({"alg": "HS256", "kid": key.kid}, claims, hmac_by(key.pem())),
        "alg HS256 by the modulus": compact({"alg": "HS256", "kid": key.kid}, claims, hmac_by(key.jwk()["n"].encode())),
        "alg RS512": compact({"alg": "RS512", "kid": key.kid}, claims, key.sign),
        "alg PS256": compact({"alg": "PS256", "kid": key.kid}, claims, key.sign),
        "alg ES256": compact({"alg": "ES256", "kid": key.kid}, claims, key.sign),
        "alg rs256": compact({"alg": "rs256", "kid": key.kid}, claims, key.sign),
        "its own key": compact({"alg": "RS256", "kid": key.kid, "jwk": stranger.jwk()}, claims, stranger.sign),
    }
    for what, jwt in wrong.items():
        answer = world.exchange(jwt)
        assert answer.status_code == 400 and answer.json()["errors"][0]["detail"] == NO_JWT, f"{what}: {answer.text}"
    assert world.exchange(good).status_code == 200, "none of them used it up"


@pytest.mark.parametrize("key,changes", [
    (dict(bits=1024), {}), (dict(curve=ec.SECP384R1), {}), (dict(), {"use": "enc"}), (dict(), {"alg": "RS512"}),
    (dict(), {"kty": "oct", "k": "c2VjcmV0"}), (dict(), {"n": "AQAB"}), (dict(), {"e": None}), (dict(), {"kty": None}),
    (dict(curve=ec.SECP256R1), {"crv": "P-384"}), (dict(curve=ec.SECP256R1), {"x": "AA"}),
    (dict(curve=ec.SECP256R1), {"alg": "RS256"}),
], ids=str)
def test_keys_that_are_not_taken(world, crate, repo, key, changes):
    world.trust_hub(crate, repo)
    odd, before = Key(**key), world.hub.keys
    world.hub.keys = [*before, odd.jwk(**changes)]
    world.forget(world.hub)
    try:
        refused(world.exchange(world.hub.jwt(odd, **github_claims(repo))), 400, NO_JWT)
        if changes.get("kty") == "oct":
            hs = compact({"alg": "HS256", "kid": odd.kid}, world.hub.claims(**github_claims(repo)), hmac_by(b"secret"))
            refused(world.exchange(hs), 400, NO_JWT)
    finally:
        world.hub.keys = before
        world.forget(world.hub)


def test_a_key_may_say_less(world, crate, repo):
    world.trust_hub(crate, repo)
    odd, before = Key(), world.hub.keys
    world.hub.keys = [{"kid": 1}, "no key", {"kid": "none"}, odd.jwk(use=None, alg=None)]
    world.forget(world.hub)
    try:
        assert world.exchange(world.hub.jwt(odd, **github_claims(repo))).status_code == 200
    finally:
        world.hub.keys = before
        world.forget(world.hub)


@pytest.mark.parametrize("changed,good", [
    (dict(aud=None), False), (dict(aud="crates.io"), False), (dict(aud=["AUD"]), False), (dict(aud=["AUD", "x"]), False),
    (dict(exp=None), False), (dict(exp=-30), True), (dict(exp=-120), False), (dict(exp="x"), False),
    (dict(iat=None), False), (dict(iat=30), True), (dict(iat=150), False), (dict(nbf=30), True), (dict(nbf=150), False),
    (dict(nbf=None), True), (dict(nbf="x"), False), (dict(iat=0.5), True), (dict(exp=10**15), True),
], ids=str)
def test_for_whom_and_when(world, crate, repo, changed, good):
    """Times are seconds from now."""
    world.trust_hub(crate, repo)
    changed = {k: v + int(time.time()) if isinstance(v, (int, float)) else v for k, v in changed.items()}
    changed = {k: [world.hub.audience if x == "AUD" else x for x in v] if isinstance(v, list) else v for k, v in changed.items()}
    answer = world.exchange(world.hub.jwt(**{**github_claims(repo), **changed}))
    if good:
        assert answer.status_code == 200, answer.text
    else:
        refused(answer, 400, NO_JWT)


@pytest.mark.parametrize("provider,claim", [
    ("hub", name) for name in ("jti", "repository_owner_id", "repository", "workflow_ref", "event_name", "run_id", "sha")] + [
    ("lab", name) for name in ("jti", "namespace_id", "project_path", "ci_config_ref_uri", "job_id", "sha")] + [
    ("oidc", "sub")])
def test_claims_that_must_be_there(world, provider, claim):
    issuer = getattr(world, provider)
    claims = github_claims() if provider == "hub" else gitlab_claims()
    refused(world.exchange(issuer.jwt(**{**claims, claim: None})), 400, NO_JWT)
    refused(world.exchange(issuer.jwt(**{**claims, claim: 1})), 400, NO_JWT)


def test_environment_must_be_a_text(world):
    refused(world.exchange(world.hub.jwt(**github_claims(environment=1))), 400, NO_JWT)


# ---- row 7: once

def test_used_once(world, crate, repo):
    jwt = world.hub.jwt(**github_claims(repo))
    nothing = f"No Trusted Publishing config found for repository `{repo}`."
    refused(world.exchange(jwt), 400, nothing)
    refused(world.exchange(jwt), 400, nothing)  # a refusal uses nothing up
    world.trust_hub(crate, repo)
    assert world.exchange(jwt).status_code == 200
    refused(world.exchange(jwt), 400, USED)
    jti = json.loads(base64.urlsafe_b64decode(jwt.split(".")[1] + "==="))
    used = hashlib.sha256(f"{GITHUB}\njti\n{jti['jti']}".encode()).hexdigest()
    expires = world.registry.sql(f"SELECT expires_us FROM trustpub_used_jtis WHERE jti = UNHEX('{used}')")[0][0]
    assert int(expires) == (jti["exp"] + 60) * 1_000_000
    # being used comes before everything that can be wrong with it
    number = crate_id(world.registry, crate)
    world.registry.sql(f"DELETE FROM trustpub_configs_github WHERE crate_id = {number}")
    refused(world.exchange(jwt), 400, USED)
    # the id counts, not the token; another issuer's is another's
    claims = github_claims(repo)
    world.trust_hub(crate, repo)
    first = world.hub.jwt(jti=f"same {repo}", **claims)
    assert world.exchange(first).status_code == 200
    refused(world.exchange(world.hub.jwt(jti=f"same {repo}", **{**claims, "sha": "other"})), 400, USED)
    project = repo.replace("/", "/sub/")
    world.trust_lab(crate, project)
    assert world.exchange(world.lab.jwt(jti=f"same {repo}", **gitlab_claims(project))).status_code == 200


def test_two_at_once(world, crate, repo):
    world.trust_hub(crate, repo)
    jwt = world.hub.jwt(**github_claims(repo))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(world.exchange, [jwt] * 4))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    for answer in answers:
        if answer.status_code == 400:
            refused(answer, 400, USED)


# ---- rows 8 to 16

EVENT = ("Trusted Publishing does not support the `{}` event trigger due to security concerns. Please use a different trigger "
         "such as `push`, `release`, or `workflow_dispatch`.")


@pytest.mark.parametrize("changed,words", [
    (dict(event_name="pull_request_target", repository="x"), EVENT.format("pull_request_target")),
    (dict(event_name="workflow_run"), EVENT.format("workflow_run")),
    (dict(repository="acme", workflow_ref="x"), "Unexpected `repository` value"),
    (dict(workflow_ref="x", repository_owner_id="x"), "Unexpected `workflow_ref` value"),
    (dict(repository_owner_id="x"), "Unexpected `repository_owner_id` value"),
    (dict(repository_owner_id="2147483648"), "Unexpected `repository_owner_id` value"),
    (dict(repository="No/Body"), "No Trusted Publishing config found for repository `No/Body`."),
])
def test_github_says_what_cannot_be(world, changed, words):
    refused(world.exchange(world.hub.jwt(**{**github_claims(), **changed})), 400, words)


@pytest.mark.parametrize("changed,words", [
    (dict(project_path="acme", ci_config_ref_uri="x"), "Unexpected `project_path` value"),
    (dict(ci_config_ref_uri="x"), "Unexpected `ci_config_ref_uri` value"),
    (dict(project_path="No/Body"), "No Trusted Publishing config found for repository `No/Body`."),
    (dict(project_path="a/b", event_name="workflow_run"), "No Trusted Publishing config found for repository `a/b`."),
])
def test_gitlab_says_what_cannot_be(world, changed, words):
    refused(world.exchange(world.lab.jwt(**{**gitlab_claims(), **changed})), 400, words)


def test_github_fits_nothing(world, crate, repo):
    head = f"The Trusted Publishing config for repository `{repo}` "

    def ask(**changed):
        return world.exchange(world.hub.jwt(**github_claims(repo, **changed)))

    world.trust_hub(crate, repo, owner_id=7)
    world.trust_hub(crate, repo, owner_id=8)
    refused(ask(), 400, head + "does not match the repository owner ID (42) in the JWT. Expected repository owner IDs: 7, 8. "
            "Please recreate the Trusted Publishing config to update the repository owner ID.")
    world.trust_hub(crate, repo, workflow="a.yml")
    world.trust_hub(crate, repo, workflow="b.yml", environment="x")
    refused(ask(), 400, head + "does not match the workflow filename `release.yml` in the JWT. Expected workflow filenames: "
            "`a.yml`, `b.yml`")
    world.trust_hub(crate, repo, environment="prod")
    world.trust_hub(crate, repo, environment="Test")
    refused(ask(), 400, head + "requires an environment, but the JWT does not specify one. Expected environments: `prod`, `Test`")
    refused(ask(environment="dev"), 400,
            head + "does not match the environment `dev` in the JWT. Expected environments: `prod`, `Test`")
    assert ask(environment="test").status_code == 200


def test_gitlab_fits_nothing(world, crate, repo):
    project = repo.replace("/", "/sub/")
    head = f"The Trusted Publishing config for repository `{project}` "

    def ask(**changed):
        return world.exchange(world.lab.jwt(**gitlab_claims(project, **changed)))

    world.trust_lab(crate, project, namespace_id="7")
    refused(ask(), 400, head + "does not match the namespace ID (72) in the JWT. Expected namespace IDs: 7. Please recreate the "
            "Trusted Publishing config to update the namespace ID.")
    world.trust_lab(crate, project, workflow="a.yml")
    refused(ask(), 400, head + "does not match the workflow filepath `ci/release.yml` in the JWT. Expected workflow filepaths: "
            "`a.yml`")
    world.trust_lab(crate, project, environment="prod")
    refused(ask(), 400, head + "requires an environment, but the JWT does not specify one. Expected environments: `prod`")
    refused(ask(environment="dev"), 400, head + "does not match the environment `dev` in the JWT. Expected environments: `prod`")

    def ids():
        return [row[0] for row in world.registry.sql("SELECT namespace_id FROM trustpub_configs_gitlab WHERE crate_id ="
                                                     f" {crate_id(world.registry, crate)} ORDER BY id")]

    assert ids() == ["7", "NULL", "NULL"], "a refusal leaves nothing"
    assert ask(environment="PROD").status_code == 200
    assert ids() == ["7", "72", "72"], "all of the repository have learned, also what did not fit"
    refused(ask(namespace_id="73", environment="prod"), 400, head + "does not match the namespace ID (73) in the JWT. Expected "
            "namespace IDs: 7, 72, 72. Please recreate the Trusted Publishing config to update the namespace ID.")


def test_each_issuer_has_its_own_configurations(world, crate, repo):
    """The owner of a project of the same name on another GitLab is somebody else."""
    project = repo.replace("/", "/sub/")
    world.trust_lab(crate, project)
    refused(world.exchange(world.other_lab.jwt(**gitlab_claims(project))), 400,
            f"No Trusted Publishing config found for repository `{project}`.")
    world.trust_lab(crate, project, issuer=world.other_lab.url)
    workflow = world.client(world.other_lab.jwt(**gitlab_claims(project)))
    assert workflow.publish(Crate(crate, "1.1.0")).status_code == 200
    assert version(world.registry, crate, "1.1.0")["trustpub_data"]["issuer"] == world.other_lab.url
    # and so has each kind
    refused(world.exchange(world.hub.jwt(**github_claims(repo))), 400,
            f"No Trusted Publishing config found for repository `{repo}`.")


def test_another_gitlab_by_the_api(world, owner, crate, repo):
    project = repo.replace("/", "/sub/")
    namespace, name = project.rsplit("/", 1)
    answer = owner.browser.post("/api/v1/trusted_publishing/gitlab_configs", {"gitlab_config": {
        "crate": crate, "namespace": namespace, "project": name, "workflow_filepath": "ci/release.yml",
        "issuer": world.other_lab.url}})
    assert answer.status_code == 200 and answer.json()["gitlab_config"]["issuer"] == world.other_lab.url
    assert world.exchange(world.other_lab.jwt(**gitlab_claims(project))).status_code == 200


# ---- issuers of neither kind

def grant(world, crate, *claims):
    return world.registry.ctl("trustpub", "grant", crate, world.oidc.url, *claims).strip()


def test_grants(world, crate, repo):
    def ask(**changed):
        return world.exchange(world.oidc.jwt(sub=f"repo:{repo}:ref:refs/heads/main", **changed))

    nothing = f"No Trusted Publishing grant found for `repo:{repo}:ref:refs/heads/main` of `{world.oidc.url}`."
    refused(ask(), 400, nothing)
    number = grant(world, crate, f"sub=repo:{repo}:*", "team=core", "level=3", "protected=true")
    listed = [line.split("\t") for line in world.registry.ctl("trustpub", "list").splitlines()]
    assert [row[1:4] for row in listed if row[0] == number] == [[crate, world.oidc.url, json.dumps(
        {"sub": f"repo:{repo}:*", "team": "core", "level": "3", "protected": "true"}, separators=(",", ":"))]]
    good = {"team": "core", "level": 3, "protected": True}
    for wrong in ({"team": "Core"}, {"team": None}, {"team": ["core"]}, {"level": 30}, {"protected": False}, {"team": "core2"}):
        refused(ask(**{**good, **wrong}), 400, nothing)
    answer = ask(**good, aud=[world.oidc.audience], jti=None)
    assert answer.status_code == 200, answer.text
    workflow = Client(world.registry.url, Authorization=answer.json()["token"])
    assert workflow.publish(Crate(crate, "1.1.0")).status_code == 200
    assert version(world.registry, crate, "1.1.0")["trustpub_data"] == {
        "provider": "oidc", "issuer": world.oidc.url, "subject": f"repo:{repo}:ref:refs/heads/main"}
    world.registry.ctl("trustpub", "revoke", number)
    refused(ask(**good), 400, nothing)


def test_without_an_id_the_token_counts(world, crate, repo):
    grant(world, crate, f"sub={repo}")
    jwt = world.oidc.jwt(sub=repo, jti=None)
    assert world.exchange(jwt).status_code == 200
    refused(world.exchange(jwt), 400, USED)


@pytest.mark.parametrize("claims", [[], ["sub"], ["sub="], ["sub=*"], ["=x"], ["iss=x"], ["aud=x"], ["jti=x"], ["exp=1"],
                                    ["sub=a", "sub=b"], ["sub=" + "x" * 600]], ids=str)
def test_grants_that_nobody_gets(world, crate, claims):
    done = world.registry.run_ctl("trustpub", "grant", crate, world.oidc.url, *claims)
    assert done.returncode in (1, 2) and done.stderr and not done.stdout


def test_grants_are_for_listed_issuers(world, crate):
    for issuer in ("https://nobody.example", world.other_lab.url):
        done = world.registry.run_ctl("trustpub", "grant", crate, issuer, "sub=x")
        assert done.returncode == 1 and "trustpub.issuers" in done.stderr
    assert "does not exist" in world.registry.run_ctl("trustpub", "grant", "no-such-crate", world.oidc.url, "sub=x").stderr
    assert world.registry.run_ctl("trustpub", "revoke", "999999").returncode == 1
    assert world.registry.run_ctl("trustpub", "revoke", "x").returncode == 1


# ---- what such a token can do

def test_formats(world, crate):
    failed = "Invalid `Authorization` header: Failed to parse token"
    good = "cio_tp_gGK6jurSwKyl9V3Az19z7YEFQI9aoOOd"
    for token in (good[:-1] + "e", good[:-1], good + "d", "cht_tp_", good.replace("Q", "-")):
        client = Client(world.registry.url, Authorization=token)
        refused(client.publish(Crate(crate, "1.1.0")), 401, failed)
        refused(client.delete(PATH), 401, failed)
    stranger = Client(world.registry.url, Authorization=good)
    refused(stranger.publish(Crate(crate, "1.1.0")), 403, "Invalid authentication token")
    assert stranger.delete(PATH).status_code == 204


def test_what_it_is_not_for(world, owner, crate, repo, new_name):
    world.trust_hub(crate, repo)
    workflow = world.client(world.hub.jwt(**github_claims(repo)))
    refused(workflow.publish(Crate(new_name("fresh"))), 403,
            "Trusted Publishing tokens do not support creating new crates. Publish the crate manually, first")
    for answer in (workflow.delete(f"/api/v1/crates/{crate}/1.0.0/yank"), workflow.get("/api/v1/me/updates"),
                   workflow.get(f"/api/v1/trusted_publishing/github_configs?crate={crate}"),
                   workflow.put(f"/api/v1/crates/{crate}/owners", {"owners": ["bob"]})):
        refused(answer, 403, "authentication failed")


def test_it_runs_out(world, crate, repo):
    world.trust_hub(crate, repo)
    workflow = world.client(world.hub.jwt(**github_claims(repo)))
    number = world.registry.sql("SELECT MAX(id) FROM trustpub_tokens")[0][0]
    world.registry.sql(f"UPDATE trustpub_tokens SET expires_us = {int(time.time() * 1e6)} WHERE id = {number}")
    refused(workflow.publish(Crate(crate, "1.1.0")), 403, "Invalid authentication token")


def test_given_back(world, crate, repo):
    world.trust_hub(crate, repo)
    workflow = world.client(world.hub.jwt(**github_claims(repo)))
    refused(world.registry.anonymous.delete(PATH), 401, "Missing `Authorization` header")
    refused(Client(world.registry.url, Authorization="Basic abc").delete(PATH), 401,
            "Invalid `Authorization` header: Found unexpected authentication scheme `Basic`")
    for _ in range(2):
        answer = workflow.delete(PATH, headers={"Origin": "https://elsewhere.example"})
        assert answer.status_code == 204 and answer.content == b""
    refused(workflow.publish(Crate(crate, "1.1.0")), 403, "Invalid authentication token")


def test_configurations_that_go_leave_tokens(world, owner, crate, repo):
    world.trust_hub(crate, repo)
    workflow = world.client(world.hub.jwt(**github_claims(repo)))
    number = world.registry.sql("SELECT MAX(id) FROM trustpub_configs_github")[0][0]
    assert owner.browser.delete(f"/api/v1/trusted_publishing/github_configs/{number}").status_code == 204
    assert workflow.publish(Crate(crate, "1.1.0")).status_code == 200


def test_trusted_alone(world, owner, crate, repo):
    """trustpub_only, and what is asked of people alone: an address, being an owner, rates."""
    world.trust_hub(crate, repo)
    number = user_id(world.registry, "alice")
    assert owner.browser.patch(f"/api/v1/crates/{crate}", {"crate": {"trustpub_only": True}}).status_code == 200
    answer = owner.token.publish(Crate(crate, "1.1.0"))
    assert answer.status_code == 403 and "Trusted Publishing" in answer.text
    workflow = world.client(world.hub.jwt(**github_claims(repo)))
    world.registry.sql(f"UPDATE emails SET verified = 0 WHERE user_id = {number}")
    try:
        assert workflow.publish(Crate(crate, "1.1.0")).status_code == 200
    finally:
        world.registry.sql(f"UPDATE emails SET verified = 1 WHERE user_id = {number}")
    # what is asked of every publish still is
    assert "already uploaded" in workflow.publish(Crate(crate, "1.1.0")).text
    refused(workflow.publish(Crate(crate, "1.2.0", package={"license": "nonsense"})), 400,
            workflow.publish(Crate(crate, "1.2.0", package={"license": "nonsense"})).json()["errors"][0]["detail"])


def test_what_has_run_out_is_swept(world, crate, repo):
    """contract/jobs.md 16.1"""
    world.trust_hub(crate, repo)
    world.token(world.hub.jwt(jti=f"old {repo}", **github_claims(repo)))
    workflow = world.client(world.hub.jwt(jti=f"new {repo}", **github_claims(repo)))
    old_token, new_token = [row[0] for row in world.registry.sql("SELECT id FROM trustpub_tokens ORDER BY id DESC LIMIT 2")][::-1]
    old_jti, new_jti = [hashlib.sha256(f"{GITHUB}\njti\n{age} {repo}".encode()).hexdigest() for age in ("old", "new")]
    world.registry.sql(f"UPDATE trustpub_tokens SET expires_us = 1 WHERE id = {old_token};"
                       f"UPDATE trustpub_used_jtis SET expires_us = 1 WHERE jti = UNHEX('{old_jti}')")
    world.registry.ctl("job", "enqueue", "sweep")

    def left():
        return (world.registry.sql(f"SELECT id FROM trustpub_tokens WHERE id IN ({old_token}, {new_token})")
                + world.registry.sql(f"SELECT LOWER(HEX(jti)) FROM trustpub_used_jtis WHERE jti IN (UNHEX('{old_jti}'),"
                                     f" UNHEX('{new_jti}'))"))

    end = time.time() + 60
    while left() != [[new_token], [new_jti]]:
        assert time.time() < end, left()
        time.sleep(0.1)
    assert workflow.publish(Crate(crate, "1.1.0")).status_code == 200


# ---- what it costs

def test_queries(world, crate, repo):
    world.trust_hub(crate, repo)
    project = repo.replace("/", "/sub/")
    world.trust_lab(crate, project, namespace_id="72")
    for issuer, claims in ((world.hub, github_claims(repo)), (world.lab, gitlab_claims(project))):
        assert world.exchange(issuer.jwt(**claims)).status_code == 200
        answer = world.exchange(issuer.jwt(**claims))
        assert world.registry.queries(answer) == 4  # keys, id, configurations, token
    token = world.client(world.hub.jwt(**github_claims(repo)))
    assert world.registry.queries(token.delete(PATH)) == 1


def test_secrets_are_not_logged(world, crate, repo):
    world.trust_hub(crate, repo)
    jwt = world.hub.jwt(**github_claims(repo))
    token = world.token(jwt)
    assert world.exchange(jwt).status_code == 400
    log = (world.registry.data / "log/cratehouse.log").read_text(errors="replace")
    assert jwt.split(".")[2] not in log and token not in log and jwt.split(".")[1] not in log

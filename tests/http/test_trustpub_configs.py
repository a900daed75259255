"""Which workflows are trusted to publish a crate: POST, GET, DELETE /api/v1/trusted_publishing/{github,gitlab}_configs
(contract/api.md 26). What is the same for both providers is asked of both."""
import concurrent.futures
import json

import pytest

from lib.census import census, settled
from lib.steps import crate_id, make_owner, publish, refused, scoped, user_id

NO_AUTH = "this action requires authentication"
NO_RIGHT = "this token does not have the required permissions to perform this action"
NO_OWNER = "You are not an owner of this crate"
LEGACY = "This endpoint cannot be used with legacy API tokens. Use a scoped API token instead."
SHAPE = "Failed to deserialize the JSON body into the target type: "
NO_SUCH_CRATE = "crate `{}` does not exist"


class Provider:
    """How one of the two is asked, and what its rows are called."""

    def __init__(self, name, keys, values):
        self.name, self.key, self.keys, self.values = name, f"{name}_config", keys, values
        self.path = f"/api/v1/trusted_publishing/{name}_configs"
        self.table = f"trustpub_configs_{name}"

    def wish(self, crate, **changed):
        return {"crate": crate, **dict(zip(self.keys, self.values)), **changed}

    def create(self, client, crate, **changed):
        return client.post(self.path, {self.key: self.wish(crate, **changed)})

    def insert(self, registry, crate, environment="NULL"):
        """A row without the API; its id."""
        number = crate_id(registry, crate)
        if self.name == "gitlab":
            names = "namespace, namespace_lower, project, project_lower, workflow_filepath"
            values = "'Acme/sub', 'acme/sub', 'Tool', 'tool', 'ci/release.yml'"
        else:
            names = ("repository_owner, repository_owner_lower, repository_name, repository_name_lower, workflow_filename,"
                     " repository_owner_id")
            values = "'Acme', 'acme', 'Tool', 'tool', 'release.yml', 42"
        registry.sql(f"INSERT INTO {self.table} (created_us, crate_id, environment, {names})"
                     f" VALUES (1700000000000000, {number}, {environment}, {values})")
        return int(registry.sql(f"SELECT MAX(id) FROM {self.table} WHERE crate_id = {number}")[0][0])


GITLAB = Provider("gitlab", ["namespace", "project", "workflow_filepath"], ["Acme/sub", "Tool", "ci/release.yml"])
GITHUB = Provider("github", ["repository_owner", "repository_name", "workflow_filename"], ["Acme", "Tool", "release.yml"])
BOTH = pytest.mark.parametrize("provider", [GITHUB, GITLAB], ids=lambda p: p.name)


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("trust"))


def shown(client, provider, **query):
    answer = client.get(provider.path + "?" + "&".join(f"{k}={v}" for k, v in query.items()))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(answer.json()) == [f"{provider.key}s", "meta"] and list(answer.json()["meta"]) == ["total", "next_page"]
    return answer.json()[f"{provider.key}s"], answer.json()["meta"]


def audit(registry, name):
    return [row[0] for row in registry.sql(f"SELECT action FROM audit WHERE crate = '{name}' ORDER BY id")]


# ---- POST

def test_gitlab_is_written_down(registry, alice, crate):
    answer = GITLAB.create(alice.browser, crate.upper(), environment="prod/eu")
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["gitlab_config"]
    made = answer.json()["gitlab_config"]
    assert list(made) == ["id", "crate", "namespace", "namespace_id", "project", "workflow_filepath", "environment",
                          "created_at"]
    assert made == {"id": made["id"], "crate": crate, "namespace": "Acme/sub", "namespace_id": None, "project": "Tool",
                    "workflow_filepath": "ci/release.yml", "environment": "prod/eu", "created_at": made["created_at"]}
    assert made["created_at"].endswith("Z")
    assert shown(alice.browser, GITLAB, crate=crate) == ([made], {"total": 1, "next_page": None})
    assert audit(registry, crate) == ["trustpub_config_create"]
    # no environment, and the same once more: nothing has to be unique
    for more in ({}, {"environment": None}):
        assert GITLAB.create(alice.browser, crate, **more).json()["gitlab_config"]["environment"] is None


@BOTH
def test_no_more_than_five(registry, alice, bob, crate, provider):
    words = (f"This crate already has the maximum number of {'GitHub' if provider is GITHUB else 'GitLab'} Trusted "
             "Publishing configurations (5)")
    for _ in range(5):
        provider.insert(registry, crate)
    refused(provider.create(alice.browser, crate), 409, words)
    stranger = registry.anonymous  # counting comes after who it is, and before whether he owns the crate
    refused(provider.create(stranger, crate), 403, NO_AUTH)
    refused(provider.create(bob.browser, crate), 409, words)
    assert int(registry.sql(f"SELECT COUNT(*) FROM {provider.table} WHERE crate_id = {crate_id(registry, crate)}")[0][0]) == 5


def test_no_more_than_five_at_once(registry, alice, crate):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: GITLAB.create(alice.browser, crate), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [409] * 3
    assert shown(alice.browser, GITLAB, crate=crate)[1]["total"] == 5


@BOTH
@pytest.mark.parametrize("field,value,words", [
    (0, "", "may not be empty"), (0, "x" * 256, "is too long (maximum is 255 characters)"), (0, "-a", "Invalid "),
    (1, "", "may not be empty"), (1, "a b", "Invalid "), (2, "", "may not be empty"),
    (2, "release.toml", "must end with `.yml` or `.yaml`"), (2, "/", None),
])
def test_fields_come_before_everything(anon, provider, field, value, words):
    """The words of each field are in tests/unit/test_trustpub.c; here: they are said to anybody, of any crate."""
    answer = provider.create(anon, "no-such-crate", **{provider.keys[field]: value})
    assert answer.status_code == 400 and (words or "") in answer.json()["errors"][0]["detail"], answer.text


@BOTH
def test_environments(anon, provider):
    answer = provider.create(anon, "no-such-crate", environment="")
    refused(answer, 400, "Environment name may not be empty (use `null` to omit)")


@BOTH
@pytest.mark.parametrize("body,status,words", [
    (b"{}", 422, "missing field `KEY` at line 1 column 2"), (b'{"KEY":null}', 422, None),
    (b'{"KEY":{}}', 422, "KEY: missing field `crate` at line 1 column 19"), (b"", 400, None), (b"[", 400, None),
    (b'{"KEY":{"crate":1}}', 422, None),
])
def test_bad_bodies(alice, anon, provider, body, status, words):
    body = body.replace(b"KEY", provider.key.encode())
    for client in (alice.browser, anon):
        answer = client.post(provider.path, body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text
        if words:
            refused(answer, status, SHAPE + words.replace("KEY", provider.key))
    refused(alice.browser.post(provider.path, json.dumps({}).encode()), 415,
            "Expected request with `Content-Type: application/json`")


@BOTH
def test_who_may_add(registry, alice, bob, boss, anon, crate, provider):
    settled(registry)
    before = census(registry)
    refused(provider.create(anon, crate), 403, NO_AUTH)
    refused(provider.create(anon, "no-such-crate"), 403, NO_AUTH)
    refused(provider.create(alice.browser, "no-such-crate"), 404, NO_SUCH_CRATE.format("no-such-crate"))
    for user in (bob, boss):
        refused(provider.create(user.browser, crate), 400, NO_OWNER)
    for options in (["--scope", "yank"], ["--scope", "trusted-publishing", "--crate", "other"]):
        refused(provider.create(scoped(registry, "alice", *options), crate), 403, NO_RIGHT)
    answer = alice.browser.post(provider.path, {provider.key: provider.wish(crate)},
                                headers={"Origin": "https://elsewhere.example"})
    refused(answer, 403, "invalid origin header")
    after = census(registry)
    assert {k: v for k, v in after.items() if k != "api_tokens"} == {k: v for k, v in before.items() if k != "api_tokens"}


def test_tokens_that_may(registry, alice, crate):
    """A legacy token, one for this endpoint, one for this crate as it is spelled in the request."""
    assert GITLAB.create(alice.token, crate).status_code == 200
    for options in (["--scope", "trusted-publishing"], ["--scope", "trusted-publishing", "--crate", crate[:-1] + "*"]):
        assert GITLAB.create(scoped(registry, "alice", *options), crate).status_code == 200
    exact = scoped(registry, "alice", "--scope", "trusted-publishing", "--crate", crate)
    refused(GITLAB.create(exact, crate.upper()), 403, NO_RIGHT)


@BOTH
def test_addresses(registry, alice, new_name, crate, provider):
    guest = registry.user(new_name("guest"))
    make_owner(registry, alice, guest, crate)
    number = user_id(registry, guest.login)
    registry.sql(f"UPDATE emails SET verified = 0 WHERE user_id = {number}")
    refused(provider.create(guest.browser, crate), 403,
            "You must verify your email address to create a Trusted Publishing config")
    registry.sql(f"DELETE FROM emails WHERE user_id = {number}")
    refused(provider.create(guest.browser, crate), 400, NO_OWNER)


def test_an_issuer_that_is_not_listed(alice, crate):
    refused(GITLAB.create(alice.browser, crate, issuer="https://git.example.test"), 400,
            "Unsupported JWT issuer: https://git.example.test")
    made = GITLAB.create(alice.browser, crate, issuer="https://gitlab.com").json()["gitlab_config"]
    assert "issuer" not in made


# ---- GET

@BOTH
def test_lists_of_a_crate(registry, alice, bob, crate, provider):
    assert shown(alice.browser, provider, crate=crate) == ([], {"total": 0, "next_page": None})
    ids = [provider.insert(registry, crate, environment) for environment in ("NULL", "'prod'", "'test'")]
    rows, meta = shown(alice.browser, provider, crate=crate.upper().replace("-", "_"))
    assert [row["id"] for row in rows] == ids and meta == {"total": 3, "next_page": None}
    assert [row["environment"] for row in rows] == [None, "prod", "test"]
    assert rows[0]["created_at"] == "2023-11-14T22:13:20Z" and rows[0]["crate"] == crate
    if provider is GITHUB:
        assert list(rows[0]) == ["id", "crate", "repository_owner", "repository_owner_id", "repository_name",
                                 "workflow_filename", "environment", "created_at"]
        assert rows[0]["repository_owner_id"] == 42
    # pages
    seen, path = [], f"?crate={crate}&per_page=1"
    while path:
        answer = alice.browser.get(provider.path + path).json()
        seen += [row["id"] for row in answer[f"{provider.key}s"]]
        assert answer["meta"]["total"] == 3
        path = answer["meta"]["next_page"]
        assert not path or path.startswith(f"?crate={crate}&per_page=1&seek=")
    assert seen == ids
    # a full page has a next one, even where that is empty
    answer = alice.browser.get(f"{provider.path}?crate={crate}&per_page=3").json()
    assert answer["meta"]["next_page"]
    assert alice.browser.get(provider.path + answer["meta"]["next_page"]).json() == {
        f"{provider.key}s": [], "meta": {"total": 3, "next_page": None}}
    # who may
    refused(bob.browser.get(f"{provider.path}?crate={crate}"), 400, NO_OWNER)
    refused(registry.anonymous.get(f"{provider.path}?crate={crate}"), 403, NO_AUTH)
    refused(alice.browser.get(f"{provider.path}?crate=no-such-crate"), 404, NO_SUCH_CRATE.format("no-such-crate"))
    assert len(shown(alice.token, provider, crate=crate)[0]) == 3, "legacy tokens may"
    good = scoped(registry, "alice", "--scope", "trusted-publishing", "--crate", crate)
    assert len(shown(good, provider, crate=crate)[0]) == 3
    refused(good.get(f"{provider.path}?crate={crate.upper()}"), 403, NO_RIGHT)
    refused(scoped(registry, "alice", "--scope", "yank").get(f"{provider.path}?crate={crate}"), 403, NO_RIGHT)


@BOTH
def test_owner_without_an_address_may_look(registry, alice, new_name, crate, provider):
    guest = registry.user(new_name("guest"))
    make_owner(registry, alice, guest, crate)
    registry.sql(f"DELETE FROM emails WHERE user_id = {user_id(registry, guest.login)}")
    assert shown(guest.browser, provider, crate=crate)[1]["total"] == 0


@BOTH
def test_lists_of_a_user(registry, new_name, provider):
    user = registry.user(new_name("owner"))
    number = user_id(registry, user.login)
    crates = [publish(user, new_name(stem)) for stem in ("red", "red", "blue")]
    ids = [provider.insert(registry, name) for name in crates for _ in range(2)]
    rows, meta = shown(user.browser, provider, user_id=number)
    assert [row["id"] for row in rows] == ids and meta["total"] == 6
    red = scoped(registry, user.login, "--scope", "trusted-publishing", "--crate", "red*")
    rows, meta = shown(red, provider, user_id=number)
    assert [row["id"] for row in rows] == ids[:4] and meta == {"total": 4, "next_page": None}
    page = red.get(f"{provider.path}?user_id={number}&per_page=3").json()
    assert [row["id"] for row in page[f"{provider.key}s"]] == ids[:3]
    page = red.get(provider.path + page["meta"]["next_page"]).json()
    assert [row["id"] for row in page[f"{provider.key}s"]] == ids[3:4] and page["meta"] == {"total": 4, "next_page": None}
    refused(user.token.get(f"{provider.path}?user_id={number}"), 403, LEGACY)
    refused(scoped(registry, user.login, "--scope", "yank").get(f"{provider.path}?user_id={number}"), 403, NO_RIGHT)
    for other in (number - 1, 0, -1):
        refused(user.browser.get(f"{provider.path}?user_id={other}"), 403,
                "this action requires authentication as the specified user")
    refused(registry.anonymous.get(f"{provider.path}?user_id={number}"), 403, NO_AUTH)


@BOTH
@pytest.mark.parametrize("query,words", [
    ("", "Must specify either `crate` or `user_id` query parameter"),
    ("?crate=a&user_id=1", "Cannot specify both `crate` and `user_id` query parameters"),
    ("?user_id=x", "Failed to deserialize query string: user_id: invalid digit found in string"),
    ("?user_id=", "Failed to deserialize query string: user_id: cannot parse integer from empty string"),
    ("?crate=a&crate=b", "Failed to deserialize query string: duplicate field `crate`"),
])
def test_bad_queries(anon, alice, provider, query, words):
    for client in (anon, alice.browser):
        refused(client.get(provider.path + query), 400, words)


@BOTH
@pytest.mark.parametrize("query,words", [
    ("page=1", "?page= is not supported for this request"), ("per_page=101", "cannot request more than 100 items"),
    ("page=1&seek=Mg", "providing both ?page= and ?seek= is unsupported"), ("seek=x", "invalid seek parameter"),
    ("seek=WzFd", "invalid seek parameter"), ("seek=", "invalid seek parameter"),
    ("per_page=0", "Failed to deserialize query string: per_page: invalid value: integer `0`, expected a nonzero u32"),
])
def test_bad_pages(alice, anon, crate, provider, query, words):
    refused(alice.browser.get(f"{provider.path}?crate={crate}&{query}"), 400, words)
    refused(anon.get(f"{provider.path}?crate={crate}&{query}"), 403, NO_AUTH)


# ---- DELETE

@BOTH
def test_taken_back(registry, alice, bob, boss, anon, crate, provider):
    number = provider.insert(registry, crate)
    refused(anon.delete(f"{provider.path}/{number}"), 403, NO_AUTH)
    for user in (bob, boss):
        refused(user.browser.delete(f"{provider.path}/{number}"), 400, NO_OWNER)
    for options in (["--scope", "yank"], ["--scope", "trusted-publishing", "--crate", "other"]):
        refused(scoped(registry, "alice", *options).delete(f"{provider.path}/{number}"), 403, NO_RIGHT)
    good = scoped(registry, "alice", "--scope", "trusted-publishing", "--crate", crate)
    answer = good.delete(f"{provider.path}/{number}")
    assert answer.status_code == 204 and answer.content == b""
    for client in (anon, alice.browser):  # nobody is asked who he is
        refused(client.delete(f"{provider.path}/{number}"), 404, "Not Found")
    assert shown(alice.browser, provider, crate=crate)[1]["total"] == 0
    assert audit(registry, crate) == ["trustpub_config_delete"]


@BOTH
def test_legacy_tokens_may_take_back(registry, alice, crate, provider):
    assert alice.token.delete(f"{provider.path}/{provider.insert(registry, crate)}").status_code == 204


@BOTH
@pytest.mark.parametrize("number", ["x", "1x", "2147483648", "99999999999999999999", "1.5"])
def test_no_number(anon, provider, number):
    refused(anon.delete(f"{provider.path}/{number}"), 400, f"Invalid URL: Cannot parse `{number}` to a `i32`")


@BOTH
def test_no_such_one(anon, provider):
    for number in ("0", "-1", "2147483647"):
        refused(anon.delete(f"{provider.path}/{number}"), 404, "Not Found")


@BOTH
def test_who_lost_the_address(registry, alice, new_name, crate, provider):
    guest = registry.user(new_name("guest"))
    make_owner(registry, alice, guest, crate)
    registry.sql(f"DELETE FROM emails WHERE user_id = {user_id(registry, guest.login)}")
    number = provider.insert(registry, crate)
    refused(guest.browser.delete(f"{provider.path}/{number}"), 400, NO_OWNER)


@BOTH
def test_they_go_with_the_crate(registry, alice, crate, provider):
    number = provider.insert(registry, crate)
    assert alice.browser.delete(f"/api/v1/crates/{crate}").status_code in (200, 204)
    refused(alice.browser.delete(f"{provider.path}/{number}"), 404, "Not Found")


# ---- what it costs

@BOTH
def test_queries(registry, alice, crate, provider):
    number = provider.insert(registry, crate)
    shown(alice.browser, provider, crate=crate)  # once a minute one notes that the session is used
    assert registry.queries(alice.browser.get(f"{provider.path}?crate={crate}")) == 4
    assert registry.queries(alice.browser.get(f"{provider.path}?user_id={user_id(registry, 'alice')}")) == 2
    assert registry.queries(alice.browser.delete(f"{provider.path}/{number}")) == 6  # the last is the letters' job
    assert registry.queries(registry.anonymous.delete(f"{provider.path}/{number}")) == 1


def test_queries_of_adding(registry, alice, crate):
    shown(alice.browser, GITLAB, crate=crate)
    assert registry.queries(GITLAB.create(alice.browser, crate)) == 10
    assert registry.queries(GITLAB.create(alice.browser, crate, project="")) == 0

"""API tokens: making, listing, revoking (contract/api.md 23), and what a new one may do."""
import re

import pytest

from lib.registry import Client
from lib.steps import publish, refused, scoped, user_id

TOKENS = "/api/v1/me/tokens"
CURRENT = "/api/v1/tokens/current"
NO_AUTH = "this action requires authentication"
NO_RIGHT = "this token does not have the required permissions to perform this action"
NO_TOKEN_BY_TOKEN = "cannot use an API token to create a new API token"
SHAPE = "Failed to deserialize the JSON body into the target type: "


@pytest.fixture
def holder(registry, new_name):
    return registry.user(new_name("holder"))


def make(client, **wish):
    return client.put(TOKENS, {"api_token": wish})


def stored(registry, login):
    """Everything of the user's tokens but when they were used."""
    return registry.sql("SELECT id, HEX(token), name, revoked, crate_scopes, endpoint_scopes, expired_us FROM api_tokens"
                        f" WHERE user_id = {user_id(registry, login)} ORDER BY id")


def listed(user, query=""):
    return [token["name"] for token in user.browser.get(TOKENS + query).json()["api_tokens"]]


def test_make_and_use(registry, holder):
    answer = make(holder.browser, name="ci")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    token = answer.json()["api_token"]
    assert list(token) == ["id", "name", "created_at", "last_used_at", "crate_scopes", "endpoint_scopes", "expired_at",
                           "token"]
    secret = token.pop("token")
    assert re.fullmatch(r"cht_[A-Za-z0-9]{32}", secret)
    assert (token["name"], token["last_used_at"], token["crate_scopes"], token["endpoint_scopes"],
            token["expired_at"]) == ("ci", None, None, None, None)
    client = Client(registry.url, Authorization=secret)
    assert client.put("/api/v1/crates/no-such-crate/follow").status_code == 404
    got = holder.browser.get(f"{TOKENS}/{token['id']}")
    assert got.headers["Cache-Control"] == "no-store" and secret not in got.text
    again = got.json()["api_token"]
    assert again.pop("last_used_at") is not None and token.pop("last_used_at") is None
    assert again == token, "as it was shown, without the secret"
    assert secret not in holder.browser.get(TOKENS).text
    for path in registry.data.glob("log/*"):
        assert secret.encode() not in path.read_bytes()
    assert registry.sql(f"SELECT COUNT(*) FROM api_tokens WHERE token = UNHEX(SHA2('{secret}', 256))") == [["1"]]


def test_scopes_hold(registry, holder, new_name):
    inside, outside = publish(holder, new_name("in")), publish(holder, new_name("out"))
    token = make(holder.browser, name="scoped", crate_scopes=[inside, "in-*"], endpoint_scopes=["yank"]).json()["api_token"]
    assert token["crate_scopes"] == [inside, "in-*"] and token["endpoint_scopes"] == ["yank"]
    client = Client(registry.url, Authorization=token["token"])
    assert client.delete(f"/api/v1/crates/{inside}/1.0.0/yank").status_code == 200
    refused(client.delete(f"/api/v1/crates/{outside}/1.0.0/yank"), 403, NO_RIGHT)
    refused(client.put(f"/api/v1/crates/{inside}/owners", {"owners": ["alice"]}), 403, NO_RIGHT)
    empty = make(holder.browser, name="nothing", endpoint_scopes=[], crate_scopes=[]).json()["api_token"]
    assert empty["crate_scopes"] == [] and empty["endpoint_scopes"] == []
    refused(Client(registry.url, Authorization=empty["token"]).delete(f"/api/v1/crates/{inside}/1.0.0/yank"), 403, NO_RIGHT)


@pytest.mark.parametrize("scopes", [
    ["*"], ["serde"], ["serde*"], ["a-b_c", "x*"], []])
def test_good_crate_scopes(holder, scopes):
    assert make(holder.browser, name="x", crate_scopes=scopes).json()["api_token"]["crate_scopes"] == scopes


@pytest.mark.parametrize("wish,words", [
    ({"crate_scopes": [""]}, "invalid crate scope"),
    ({"crate_scopes": ["an chor"]}, "invalid crate scope"),
    ({"crate_scopes": ["ok", "**"]}, "invalid crate scope"),
    ({"crate_scopes": ["*a"]}, "invalid crate scope"),
    ({"crate_scopes": ["1a"]}, "invalid crate scope"),
    ({"crate_scopes": ["_a"]}, "invalid crate scope"),
    ({"crate_scopes": ["ä"]}, "invalid crate scope"),
    ({"crate_scopes": ["a\u0000"]}, "invalid crate scope"),
    ({"crate_scopes": ["a" * 65]}, "invalid crate scope"),
    ({"endpoint_scopes": ["fly"]}, "invalid endpoint scope"),
    ({"endpoint_scopes": ["yank", "Yank"]}, "invalid endpoint scope"),
    ({"endpoint_scopes": [""]}, "invalid endpoint scope"),
    ({"endpoint_scopes": ["fly"], "crate_scopes": ["*a"]}, "invalid crate scope"),
])
def test_bad_scopes(registry, holder, wish, words):
    before = stored(registry, holder.login)
    refused(make(holder.browser, name="x", **wish), 400, words)
    assert stored(registry, holder.login) == before


@pytest.mark.parametrize("given,shown", [
    ("2099-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
    ("2099-01-01T02:00:00.25+02:00", "2099-01-01T00:00:00.250Z"),
    ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),  # upstream: it may have run out already
    (None, None),
])
def test_expiry(registry, holder, given, shown):
    token = make(holder.browser, name="until", expired_at=given).json()["api_token"]
    assert token["expired_at"] == shown
    answer = Client(registry.url, Authorization=token["token"]).put("/api/v1/crates/no-such-crate/follow")
    assert answer.status_code == (403 if given and given < "2025" else 404)


@pytest.mark.parametrize("body,status,words", [
    (b"", 400, "Failed to parse the request body as JSON: EOF while parsing a value at line 1 column 0"),
    (b"{", 400, None),
    (b"{}", 422, SHAPE + "missing field `api_token` at line 1 column 2"),
    (b'{"token":1}', 422, SHAPE + "missing field `api_token` at line 1 column 11"),
    (b'{"api_token":{}}', 422, SHAPE + "api_token: missing field `name` at line 1 column 15"),
    (b'{"api_token":{"name":null}}', 422, None), (b'{"api_token":{"name":1}}', 422, None),
    (b'{"api_token":{"name":"x","crate_scopes":"a"}}', 422, None),
    (b'{"api_token":{"name":"x","crate_scopes":[1]}}', 422, None),
    (b'{"api_token":{"name":"x","expired_at":"soon"}}', 422,
     SHAPE + "api_token.expired_at: input contains invalid characters at line 1 column 44"),
    (b'{"api_token":{"name":"x","expired_at":5}}', 422, None),
    (b'{"api_token":{"name":""}}', 400, "name must have a value"),
    (b"[" * 100 + b"]" * 100, 422, None),
])
def test_bad_bodies(registry, holder, anon, body, status, words):
    before = stored(registry, holder.login)
    for client in (holder.browser, holder.token, anon):  # all of that comes before who asks
        answer = client.put(TOKENS, body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text
        if words:
            refused(answer, status, words)
    answer = holder.browser.put(TOKENS, body, headers={"Content-Type": "text/plain"})
    refused(answer, 415, "Expected request with `Content-Type: application/json`")
    assert stored(registry, holder.login) == before


def test_array_form(holder):
    answer = holder.browser.put(TOKENS, [["by array", None, None, None]])
    assert answer.json()["api_token"]["name"] == "by array"


@pytest.mark.parametrize("name", ["ä \"quoted\" \\ name", "x" * 255, "line\nbreak", "nul\u0000l"],
                         ids=["quoted", "long", "break", "nul"])
def test_any_name(holder, name):
    number = make(holder.browser, name=name).json()["api_token"]["id"]
    assert holder.browser.get(f"{TOKENS}/{number}").json()["api_token"]["name"] == name


def test_who_may_make_one(registry, holder, anon):
    limited = scoped(registry, holder.login, "--scope", "yank")
    before = stored(registry, holder.login)
    refused(make(anon, name="x"), 403, NO_AUTH)
    refused(make(holder.token, name="x"), 400, NO_TOKEN_BY_TOKEN)
    refused(make(limited, name="x"), 403, NO_RIGHT)
    answer = holder.browser.put(TOKENS, {"api_token": {"name": "x"}}, headers={"Origin": "https://elsewhere.example"})
    refused(answer, 403, "invalid origin header")
    assert stored(registry, holder.login) == before


def test_at_most_500(registry, holder):
    number = user_id(registry, holder.login)
    registry.sql("INSERT INTO api_tokens (user_id, token, name, created_us, revoked) SELECT "
                 f"{number}, UNHEX(SHA2(CONCAT('{holder.login}', seq), 256)), 'many', 1, 1 FROM seq_1_to_498")
    assert make(holder.browser, name="the last").status_code == 200
    refused(make(holder.browser, name="one more"), 400, "maximum tokens per user is: 500")


def test_list(registry, holder):
    number = user_id(registry, holder.login)
    for name, age in (("two days ago", 2), ("ten days ago", 10)):
        assert make(holder.browser, name=name).status_code == 200
        registry.sql(f"UPDATE api_tokens SET expired_us = (UNIX_TIMESTAMP() - {age} * 86400) * 1000000"
                     f" WHERE user_id = {number} AND name = '{name}'")
    gone = make(holder.browser, name="revoked").json()["api_token"]["id"]
    make(holder.browser, name="later", expired_at="2099-01-01T00:00:00Z")
    assert holder.browser.delete(f"{TOKENS}/{gone}").text == "{}"
    first = f"{holder.login}'s token"
    assert listed(holder) == listed(holder, "?expired_days=0") == listed(holder, "?expired_days=-3") == ["later", first]
    assert listed(holder, "?expired_days=3") == ["later", "two days ago", first]
    assert listed(holder, "?expired_days=2147483647") == ["later", "ten days ago", "two days ago", first]
    answer = holder.browser.get(TOKENS)
    assert answer.headers["Cache-Control"] == "no-store" and registry.queries(answer) == 2


@pytest.mark.parametrize("wish, words", [
    ({"name": "n" * 256}, "the name of a token has at most 255 bytes"),
    ({"name": "n", "crate_scopes": ["*"] * 101}, "a token has at most 100 crate scopes"),
    ({"name": "n", "endpoint_scopes": ["yank"] * 21}, "a token has at most 20 endpoint scopes"),
])
def test_tokens_of_any_size(holder, wish, words):
    """A list of 500 of them must stay an answer."""
    refused(holder.browser.put(TOKENS, {"api_token": wish}), 400, words)
    less = {key: value[:-1] for key, value in wish.items() if len(value) > 1}
    assert holder.browser.put(TOKENS, {"api_token": {"name": "n", **less}}).status_code == 200


@pytest.mark.parametrize("value,why", [
    ("x", "invalid digit found in string"), ("", "cannot parse integer from empty string"),
    ("-", "invalid digit found in string"), ("1.5", "invalid digit found in string"),
    ("2147483648", "number too large to fit in target type"),
    ("-2147483649", "number too small to fit in target type"), ("%00", "invalid digit found in string")])
def test_expired_days_refused(holder, anon, value, why):
    for client in (holder.browser, anon):
        refused(client.get(f"{TOKENS}?expired_days={value}"), 400,
                f"Failed to deserialize query string: expired_days: {why}")
    refused(holder.browser.get(f"{TOKENS}?expired_days=1&expired_days=2"), 400,
            "Failed to deserialize query string: duplicate field `expired_days`")


def test_list_is_for_the_site(registry, holder, anon):
    refused(anon.get(TOKENS), 403, NO_AUTH)
    refused(holder.token.get(TOKENS), 403, f"this action can only be performed on the {registry.site} website")


def test_one(registry, holder, alice, anon):
    number = make(holder.browser, name="one", expired_at="2020-01-01T00:00:00Z").json()["api_token"]["id"]
    where = f"{TOKENS}/{number}"
    for client in (holder.browser, holder.token):  # a token of the old kind may look, too
        answer = client.get(where)
        assert answer.json()["api_token"]["name"] == "one" and "token" not in answer.json()["api_token"]
    assert registry.queries(holder.browser.get(where)) == 2
    refused(alice.browser.get(where), 404, "Not Found")
    refused(anon.get(where), 403, NO_AUTH)
    limited = scoped(registry, holder.login, "--scope", "yank")
    refused(limited.get(where), 403, NO_RIGHT)
    refused(limited.delete(where), 403, NO_RIGHT)
    refused(anon.delete(where), 403, NO_AUTH)
    before = stored(registry, holder.login)
    answer = alice.browser.delete(where)  # nobody hears whether it is there
    assert (answer.status_code, answer.text) == (200, "{}")
    assert alice.browser.delete(f"{TOKENS}/2147483647").text == "{}"
    assert stored(registry, holder.login) == before
    assert holder.token.delete(where).text == "{}"
    assert holder.browser.get(where).json()["api_token"]["name"] == "one", "also when it is revoked"
    assert registry.queries(holder.browser.delete(where)) == 2


@pytest.mark.parametrize("number", ["x", "1x", "2147483648", "-2147483649", "99999999999999999999", "%C3%A4"])
def test_ids(holder, anon, number):
    shown = number.replace("%C3%A4", "ä")
    for client in (holder.browser, anon):
        for ask in (client.get, client.delete):
            refused(ask(f"{TOKENS}/{number}"), 400, f"Invalid URL: Cannot parse `{shown}` to a `i32`")
    for number in ("0", "-1", "+2147483647"):
        refused(holder.browser.get(f"{TOKENS}/{number}"), 404, "Not Found")


def test_revoke_the_one_that_asks(registry, holder, anon):
    refused(anon.delete(CURRENT), 403, NO_AUTH)
    refused(holder.browser.delete(CURRENT), 400, "token not provided")
    limited = scoped(registry, holder.login, "--scope", "yank")
    refused(limited.delete(CURRENT), 403, NO_RIGHT)
    other = Client(registry.url, Authorization=registry.token(holder.login, "other"))
    answer = holder.token.delete(CURRENT)
    assert (answer.status_code, answer.text) == (204, "") and "Content-Type" not in answer.headers
    refused(holder.token.delete(CURRENT), 403, "authentication failed")
    assert other.put("/api/v1/crates/no-such-crate/follow").status_code == 404, "the others stay"
    assert registry.queries(other.delete(CURRENT)) == 3, "who asks, the revocation, and that it is noted"


def test_queries_of_making(registry, holder):
    assert registry.queries(make(holder.browser, name="x")) == 5

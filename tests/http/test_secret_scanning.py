"""POST /api/github/secret-scanning/verify: contract/api.md 30, signed by keys of tests/lib/github.py."""
import base64
import json
import time

import pytest

from lib.github import GitHub, SigningKey
from lib.instance import Instance
from lib.registry import detail
from lib.steps import publish

PATH = "/api/github/secret-scanning/verify"
ID, SIGNATURE = "GITHUB-PUBLIC-KEY-IDENTIFIER", "GITHUB-PUBLIC-KEY-SIGNATURE"


@pytest.fixture(scope="module")
def github():
    github = GitHub().start()
    github.keys = [SigningKey(), SigningKey(is_current=False), SigningKey(curve="secp384r1")]
    yield github
    github.stop()


@pytest.fixture(scope="module")
def site(github):
    """Its jobs wait: letters can be read in the queue."""
    instance = Instance(settings=github.settings("server.job_runners=0", "server.workers=1"))
    try:
        instance.start()
        instance.ann = instance.user("ann")
        yield instance
    finally:
        instance.remove()


def report(site, key, body, **headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return site.anonymous.post(PATH, body, headers={ID: key.id, SIGNATURE: key.sign(body), **headers})


def alert(token, **more):
    return {"token": token, "type": "cratehouse_token", "url": "https://github.com/a/b/blob/c/d", "source": "commit", **more}


def letters(site, letter):
    return [json.loads(row[0]) for row in site.sql("SELECT data FROM background_jobs WHERE job_type IN "
                                                   f"('send_mail', 'notify_owners') AND data LIKE '%{letter}%' ORDER BY id")]


def unverified(inner):
    return 'failed to verify request signature: CustomApiError { status: 400, detail: "' + inner + '" }'


# ---- the signature

def test_the_keys_are_asked_for_once(github, site):
    before = github.count("/meta/public_keys")
    for _ in range(3):
        answer = report(site, github.keys[0], [])
        assert (answer.status_code, answer.json()) == (200, [])
    assert github.count("/meta/public_keys") - before <= 1
    assert site.queries(answer) == 0


def test_signatures(github, site):
    good, old, other = github.keys
    revoked = site.sql("SELECT SUM(revoked) FROM api_tokens")
    body = json.dumps([alert(site.ann.secret)]).encode()
    stranger = SigningKey()
    for headers, inner in (
            ({ID: None}, f"missing HTTP header: {ID}"),
            ({SIGNATURE: None}, f"missing HTTP header: {SIGNATURE}"),
            ({ID: None, SIGNATURE: None}, f"missing HTTP header: {ID}"),
            ({ID: "é".encode()}, "failed to decode HTTP header: ToStrError { _priv: () }"),
            ({SIGNATURE: "!!"}, "failed to decode signature as base64: Invalid symbol 33, offset 0."),
            ({SIGNATURE: "AAA"}, "failed to decode signature as base64: Invalid padding"),
            ({SIGNATURE: ""}, "failed to parse signature from ASN.1 DER: signature::Error { source: None }"),
            ({SIGNATURE: "AAAA"}, "failed to parse signature from ASN.1 DER: signature::Error { source: None }"),
            ({ID: "x"}, "unknown key id x"),
            ({ID: 'a"b'}, 'unknown key id a\\"b'),
            ({ID: old.id, SIGNATURE: old.sign(body)}, f"key id {old.id} is not a current key"),
            ({ID: other.id}, "cannot parse public key"),
            ({SIGNATURE: stranger.sign(body)}, "invalid signature: signature::Error { source: None }"),
            ({SIGNATURE: good.sign(body + b" ")}, "invalid signature: signature::Error { source: None }")):
        answer = report(site, good, body, **headers)
        assert (answer.status_code, detail(answer)) == (400, unverified(inner))
    assert site.ann.token.get("/api/v1/me/tokens/1").status_code in (200, 404)  # nothing was revoked
    assert site.sql("SELECT SUM(revoked) FROM api_tokens") == revoked


def test_bodies(github, site):
    for body, words in (
            (b"", 'invalid secret alert request: Error("EOF while parsing a value", line: 1, column: 0)'),
            (b"{", 'invalid secret alert request: Error("invalid type: map, expected a sequence", line: 1, column: 0)'),
            (b'[{"token": "x"}]', 'invalid secret alert request: Error("missing field `type`", line: 1, column: 15)'),
            (b'[{"token": 1}]', 'invalid secret alert request: Error("invalid type: integer `1`, expected a string", '
                                'line: 1, column: 12)')):
        answer = report(site, github.keys[0], body)
        assert (answer.status_code, detail(answer)) == (400, words)
    assert report(site, github.keys[0], b"[" + b" " * 3_000_000).status_code == 413


# ---- tokens

def test_an_api_token_is_revoked(github, site):
    token, before = site.token("ann", "in public"), len(letters(site, "token_exposed"))
    report_ = [alert("cht_" + "x" * 32, type="a"), alert(token, url="", source="issue"), alert("anything", type="b"), alert(token)]
    answer = report(site, github.keys[0], report_)
    assert answer.text == json.dumps(
        [{"token_raw": found["token"], "token_type": found["type"],
          "label": "true_positive" if found["token"] == token else "false_positive"} for found in report_], separators=(",", ":"))
    assert site.sql("SELECT revoked, last_used_us FROM api_tokens WHERE name = 'in public'") == [["1", "NULL"]]
    (letter,) = letters(site, "token_exposed")[before:]
    assert (letter["reporter"], letter["source"]) == ("GitHub", "issue")
    assert token not in json.dumps(letter)
    again = report(site, github.keys[0], [alert(token)])
    assert again.json()[0]["label"] == "true_positive" and len(letters(site, "token_exposed")) == before + 1
    refused = type(site.anonymous)(site.url, Authorization=token).put("/api/v1/crates/x/follow")
    assert (refused.status_code, detail(refused)) == (403, "authentication failed")


def test_one_that_has_run_out_counts(github, site):
    token = site.token("ann", "old", "--expires", "2020-01-01T00:00:00Z")
    assert report(site, github.keys[0], [alert(token)]).json()[0]["label"] == "true_positive"
    assert site.sql("SELECT revoked FROM api_tokens WHERE name = 'old'") == [["1"]]


def test_a_token_of_trusted_publishing_goes(github, site, new_name):
    raw = "A" * 31
    check = 0
    for char in raw.encode():
        check ^= char
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    name = publish(site.ann, new_name("trusted"))
    (crate,) = site.sql(f"SELECT id FROM crates WHERE name = '{name}'")
    site.sql("INSERT INTO trustpub_tokens (created_us, expires_us, hashed_token, crate_ids) VALUES (1, 2, UNHEX(SHA2('"
             f"{raw}', 256)), '[{crate[0]}]')")
    for prefix, label in (("cio_tp_", "true_positive"), ("cht_tp_", "false_positive")):
        answer = report(site, github.keys[0], [alert(prefix + raw + digits[check % 62])])
        assert answer.json()[0]["label"] == label  # the same token: it has gone with the first
    assert site.sql("SELECT COUNT(*) FROM trustpub_tokens") == [["0"]]
    assert len(letters(site, "trustpub_token_exposed")) == 1


def test_many_at_once(github, site):
    tokens = [site.token("ann", f"leaked {n}") for n in range(3)]
    answer = report(site, github.keys[0], [alert(token) for token in tokens + ["x" * n for n in range(200)]])
    assert [found["label"] for found in answer.json()].count("true_positive") == 3


# ---- GitHub

def test_github_does_not_tell_its_keys(github):
    instance = Instance(settings=github.settings("server.workers=1", "outside.timeout_s=2"))
    try:
        instance.start()
        for how in ({"status": 500}, {"status": 200, "body": b"<html>"}, {"status": 200, "body": {"public_keys": 1}}):
            with github.failing("/meta/", **how):
                answer = report(instance, github.keys[0], [])
            assert answer.status_code == 400 and detail(answer).startswith(unverified("failed to fetch GitHub public keys: ")[:-3])
        end = time.time() + 60
        while report(instance, github.keys[0], []).status_code != 200:
            assert time.time() < end, "GitHub is back, and nobody asks it"
            time.sleep(0.2)
    finally:
        instance.remove()


def test_a_registry_without_github(anon):
    signature = base64.b64encode(bytes.fromhex("3006020101020101")).decode()
    answer = anon.post(PATH, b"[]", headers={ID: "x", SIGNATURE: signature})
    assert answer.status_code == 400
    assert detail(answer) == unverified("failed to fetch GitHub public keys: GitHub did not answer as it should")

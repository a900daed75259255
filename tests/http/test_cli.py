"""The command line: results alone on standard output, reasons on standard error, 0, 1 or 2."""
import hashlib
import re

import pytest


def run(registry, *words):
    done = registry.run_ctl(*words)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", [
    ["nonsense"], ["user"], ["user", "create"], ["user", "create", "a", "b"], ["user", "create", "a", "--nonsense"],
    ["user", "create", "a", "--name"], ["user", "create", "a", "--admin=yes"], ["token", "create", "alice"],
    ["token", "revoke"], ["session", "create"], ["migrate", "now"], ["routes", "x"]])
def test_usage(registry, words):
    status, out, err = run(registry, *words)
    assert (status, out) == (2, "")
    assert "usage: cratehouse " in err


@pytest.mark.parametrize("words,reason", [
    (["user", "create", "../x"], "a login is letters"),
    (["user", "create", ""], "a login is letters"),
    (["user", "create", "x" * 256], "a login is letters"),
    (["user", "create", "new", "--email", "nowhere"], "no e-mail address"),
    (["user", "create", "new", "--github-id", "0"], "--github-id"),
    (["user", "create", "ALICE"], "taken"),
    (["user", "lock", "alice"], "--reason"),
    (["user", "lock", "alice", "--reason", "x", "--until", "tomorrow"], "--until"),
    (["user", "lock", "nobody", "--reason", "x"], "there is no user nobody"),
    (["token", "create", "nobody", "x"], "there is no user nobody"),
    (["token", "create", "alice", ""], "needs a name"),
    (["token", "create", "alice", "x", "--scope", "everything"], "everything is no scope"),
    (["token", "create", "alice", "x", "--crate", "a*b"], "no pattern"),
    (["token", "create", "alice", "x", "--expires", "0d"], "--expires"),
    (["token", "verify", "cht_unknown"], "unknown, revoked or has run out"),
    (["token", "revoke", "cht_unknown"], "there is no such token"),
    (["session", "create", "nobody"], "there is no user nobody")])
def test_refusals(registry, alice, words, reason):
    status, out, err = run(registry, *words)
    assert (status, out) == (1, "")
    assert reason in err and err.startswith("cratehouse: ")


def test_token_life(registry, alice):
    status, out, _ = run(registry, "token", "create", "alice", "a name", "--scope", "yank", "--crate", "foo*",
                         "--expires", "30d")
    assert status == 0 and re.fullmatch(r"cht_[A-Za-z0-9]{32}\n", out)
    secret = out.strip()
    assert run(registry, "token", "verify", secret) == (0, "alice\n", "")
    listed = run(registry, "token", "list", "alice")[1]
    assert secret not in listed
    assert [line for line in listed.splitlines() if '\ta name\t' in line and '["yank"]\t["foo*"]' in line]
    assert run(registry, "token", "revoke", secret) == (0, "", "")
    assert run(registry, "token", "verify", secret)[0] == 1
    assert "\ta name\t" not in run(registry, "token", "list", "alice")[1]


def test_only_the_hash_is_stored(registry, alice):
    stored = {row[0] for row in registry.sql("SELECT LOWER(HEX(token)) FROM api_tokens")}
    assert hashlib.sha256(alice.secret.encode()).hexdigest() in stored
    sessions = {row[0] for row in registry.sql("SELECT LOWER(HEX(token)) FROM sessions")}
    assert hashlib.sha256(alice.cookie.split("=", 1)[1].encode()).hexdigest() in sessions


def test_users_are_listed(registry, alice, carol, boss):
    listed = run(registry, "user", "list")[1]
    assert re.search(r"^\d+\tcarol\t\S+ \(unverified\)\t$", listed, re.M)
    assert re.search(r"^\d+\tboss\t\S+\tadmin$", listed, re.M)


def test_routes_name_what_the_dispatcher_does(registry):
    listed = run(registry, "routes")[1]
    assert re.search(r"^PUT +/api/v1/crates/new +auth=late body=stream ", listed, re.M)
    assert re.search(r"^GET +/api/v1/site_metadata +auth=- body=- .* no-db", listed, re.M)
    assert run(registry, "--dump-routes")[1] == listed


def test_configuration_is_shown_without_its_secrets(registry):
    shown = run(registry, "config", "check")[1]
    assert 'db.password = "***"' in shown
    password = re.search(r'password = "(.+)"', (registry.data / "cratehouse.toml").read_text()).group(1)
    assert password not in shown


def test_migrate_again_changes_nothing(registry):
    assert re.fullmatch(r"schema \d+, 0 applied\n", run(registry, "migrate")[1])


def test_statements_fit_the_schema(registry):
    assert run(registry, "config", "check-sql")[0] == 0


def test_version_and_help(registry):
    assert re.fullmatch(r"cratehouse \d+\.\d+\.\d+\n", run(registry, "version")[1])
    status, out, _ = run(registry, "--help")
    assert status == 0 and "  token create LOGIN NAME" in out
    status, out, _ = run(registry, "token", "create", "--help")
    assert status == 0 and out.startswith("usage: cratehouse token create LOGIN NAME")

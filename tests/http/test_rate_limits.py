"""Token buckets of publish, update and yank (contract/publish.md 4.4), on a registry whose buckets are small."""
import base64
import email.utils
import hashlib
import json
import time

import pytest

from lib.census import census, settled
from lib.registry import Client, Crate, detail
from lib.steps import crate_id, publish, refused, user_id

NEW, UPDATE, YANK = 0, 1, 2
SAID = {NEW: "You have published too many new crates in a short period of time",
        UPDATE: "You have published too many updates to existing crates in a short period of time",
        YANK: "You have yanked or unyanked too many versions in a short period of time"}
RATE_S = {NEW: 600, UPDATE: 60, YANK: 30}
BURST = {NEW: 3, UPDATE: 2, YANK: 2}


@pytest.fixture
def user(tight, new_name):
    """Somebody whose buckets are full."""
    return tight.user(new_name("user"))


@pytest.fixture
def crate(tight, user, new_name):
    """Published; one of the user's new crates is spent."""
    name = new_name("limited")
    assert user.token.publish(Crate(name)).status_code == 200
    return name


def bucket(tight, user, action):
    rows = tight.sql("SELECT tokens, last_refill_us FROM publish_limit_buckets WHERE action = "
                     f"{action} AND user_id = {user_id(tight, user.login)}")
    return [int(v) for v in rows[0]] if rows else None


def earlier(tight, user, action, seconds):
    """As if the last refill had been so much longer ago."""
    tight.sql(f"UPDATE publish_limit_buckets SET last_refill_us = last_refill_us - {int(seconds * 1e6)} WHERE "
              f"action = {action} AND user_id = {user_id(tight, user.login)}")


def override(tight, user, action, burst, expires="NULL"):
    tight.sql("REPLACE INTO publish_rate_overrides (user_id, action, burst, expires_us) VALUES "
              f"({user_id(tight, user.login)}, {action}, {burst}, {expires})")


def too_many(tight, user, answer, action):
    """429, with one moment in the words and in the header: that of the next token."""
    said = detail(answer)
    when = answer.headers["Retry-After"]
    assert answer.status_code == 429 and said.startswith(SAID[action] + f". Please try again after {when} and see ")
    assert said.endswith("/docs/rate-limits for more details.")
    refused(answer, 429, said)
    at = email.utils.parsedate_to_datetime(when).timestamp()
    assert when.endswith(" GMT") and at == (bucket(tight, user, action)[1] + RATE_S[action] * 10**6) // 10**6
    assert 0 < at - time.time() <= RATE_S[action] + 1


def test_new_crates(tight, user, new_name):
    for _ in range(BURST[NEW]):
        assert user.token.publish(Crate(new_name("fresh"))).status_code == 200
    settled(tight)
    before = census(tight)
    name = new_name("fresh")
    too_many(tight, user, user.token.publish(Crate(name)), NEW)
    too_many(tight, user, user.browser.publish(Crate(name)), NEW)  # the same bucket, whoever shows what
    assert census(tight) == before
    earlier(tight, user, NEW, RATE_S[NEW] + 1)
    assert user.token.publish(Crate(name)).status_code == 200
    too_many(tight, user, user.token.publish(Crate(new_name("fresh"))), NEW)


def test_updates(tight, user, crate):
    """A bucket of their own; another user has another one."""
    for number in ("1.0.1", "1.0.2"):
        assert user.token.publish(Crate(crate, number)).status_code == 200
    too_many(tight, user, user.token.publish(Crate(crate, "1.0.3")), UPDATE)
    assert bucket(tight, user, NEW)[0] == BURST[NEW]


def test_a_token_is_spent_on_what_is_refused_later(tight, user, crate):
    for _ in range(BURST[UPDATE]):
        assert user.token.publish(Crate(crate, "1.0.0")).status_code == 400  # already uploaded
    too_many(tight, user, user.token.publish(Crate(crate, "1.0.1")), UPDATE)


def test_none_is_spent_on_what_is_refused_before(tight, user, crate):
    assert user.token.publish(Crate(crate, "no version")).status_code == 400
    assert user.token.put("/api/v1/crates/new", b"").status_code == 400
    assert bucket(tight, user, UPDATE) is None
    assert user.token.delete(f"/api/v1/crates/{crate}/9.0.0/yank").status_code == 404
    assert user.token.patch(f"/api/v1/crates/{crate}/1.0.0", {"version": {"yank_message": "x"}}).status_code == 400
    assert bucket(tight, user, YANK) is None


def test_the_bucket_comes_before_the_archive(tight, user, crate):
    for _ in range(BURST[UPDATE]):
        user.token.publish(Crate(crate, "1.0.0"))
    body = Crate(crate, "1.0.1").body[:-50]
    too_many(tight, user, user.token.publish(body), UPDATE)


def yank(user, crate):
    return user.token.delete(f"/api/v1/crates/{crate}/1.0.0/yank")


def unyank(user, crate):
    return user.token.put(f"/api/v1/crates/{crate}/1.0.0/unyank")


def patch(user, crate):
    return user.token.patch(f"/api/v1/crates/{crate}/1.0.0", {"version": {}})


@pytest.mark.parametrize("ways", [(yank, unyank, patch), (unyank, unyank, yank), (patch, patch, unyank)])
def test_yanks(tight, user, crate, ways):
    """One bucket for all three, also where nothing is to be done."""
    for way in ways[:2]:
        assert way(user, crate).status_code == 200
    before = tight.index(crate)
    too_many(tight, user, ways[2](user, crate), YANK)
    assert tight.index(crate) == before
    earlier(tight, user, YANK, 2 * RATE_S[YANK] + 1)
    assert yank(user, crate).status_code == 200


def test_the_bucket_of_yanks_comes_before_the_rights(tight, user, crate, new_name):
    other = tight.user(new_name("user"))
    for _ in range(BURST[YANK]):
        refused(yank(other, crate), 403, "must already be an owner to yank or unyank")
    too_many(tight, other, yank(other, crate), YANK)
    assert yank(user, crate).status_code == 200


def test_refill(tight, user, crate):
    """Whole tokens only, never more than the burst, and the rest of the time is kept."""
    assert yank(user, crate).status_code == 200
    tokens, refilled = bucket(tight, user, YANK)
    assert tokens == BURST[YANK]  # the first call makes the bucket, and it is full
    earlier(tight, user, YANK, 100 * RATE_S[YANK] + 7)
    unyank(user, crate)
    tokens, again = bucket(tight, user, YANK)
    assert tokens == BURST[YANK] and again == refilled - 7 * 10**6


def test_a_refused_call_costs_nothing_more(tight, user, crate):
    for _ in range(BURST[YANK]):
        yank(user, crate)
    for _ in range(5):
        too_many(tight, user, yank(user, crate), YANK)
    earlier(tight, user, YANK, RATE_S[YANK])
    assert yank(user, crate).status_code == 200


def test_override(tight, user, crate):
    override(tight, user, YANK, 4)
    for _ in range(4):
        assert yank(user, crate).status_code == 200
    too_many(tight, user, yank(user, crate), YANK)


def test_override_that_ran_out_or_is_of_another_action(tight, user, crate):
    override(tight, user, YANK, 4, expires="1")
    override(tight, user, UPDATE, 4)
    for _ in range(BURST[YANK]):
        assert yank(user, crate).status_code == 200
    too_many(tight, user, yank(user, crate), YANK)


def test_override_with_an_end(tight, user, crate):
    override(tight, user, YANK, 4, expires=str(int((time.time() + 60) * 1e6)))
    for _ in range(4):
        assert yank(user, crate).status_code == 200
    override(tight, user, YANK, 5)  # a larger burst fills nothing by itself
    too_many(tight, user, yank(user, crate), YANK)


def test_workflows_have_no_bucket(tight, user, new_name):
    """What is left of limits for a trusted-publishing token: versions of one crate in a day (contract/publish.md 4.2)."""
    name = publish(user, new_name("flow"))  # the first of three a day
    raw = "gGK6jurSwKyl9V3Az19z7YEFQI9aoOO"
    tight.sql("INSERT INTO trustpub_tokens (created_us, expires_us, hashed_token, crate_ids) VALUES (1, 9000000000000000,"
              f" UNHEX('{hashlib.sha256(raw.encode()).hexdigest()}'), '[{crate_id(tight, name)}]')")
    workflow = Client(tight.url, Authorization=f"cio_tp_{raw}d")
    before = tight.sql("SELECT * FROM publish_limit_buckets ORDER BY user_id, action")
    for number in ("1.1.0", "1.2.0"):
        assert workflow.publish(Crate(name, number)).status_code == 200
    refused(workflow.publish(Crate(name, "1.3.0")), 429,
            "You have published too many versions of this crate in the last 24 hours")
    assert tight.sql("SELECT * FROM publish_limit_buckets ORDER BY user_id, action") == before


def test_exchanges_of_json_web_tokens(tight):
    """By address; what costs nothing to refuse takes none of them. The issuer is one that cannot be reached."""
    def b64(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    def exchange(issuer, kid="k"):
        jwt = f"{b64({'alg': 'RS256', 'kid': kid})}.{b64({'iss': issuer})}.AAAA"
        return tight.anonymous.post("/api/v1/trusted_publishing/tokens", {"jwt": jwt})

    for _ in range(5):
        assert exchange("https://nobody.example").status_code == 400
        assert exchange("http://127.0.0.1:1", kid=None).status_code == 400
    for _ in range(3):
        assert exchange("http://127.0.0.1:1").status_code == 500
    answer = exchange("http://127.0.0.1:1")
    assert answer.status_code == 429 and answer.headers["Retry-After"]
    assert detail(answer).startswith("You have exchanged too many JSON Web Tokens in a short period of time. Please try again after ")


ASKED_TOO_OFTEN = "You have asked for too many letters in a short period of time. Please try again after "


def letters_refused(answer):
    assert answer.status_code == 429 and detail(answer).startswith(ASKED_TOO_OFTEN) and "Retry-After" in answer.headers


def test_letters_of_a_user(tight, user):
    me = f"/api/v1/users/{user_id(tight, user.login)}"
    for n in range(3):
        assert user.browser.put(me, {"user": {"email": f"{n}-{user.login}@example.test"}}).status_code == 200
    settled(tight)
    before = census(tight)
    letters_refused(user.browser.put(me, {"user": {"email": f"4-{user.login}@example.test"}}))
    letters_refused(user.browser.put(me + "/resend"))
    assert census(tight) == before
    refused(user.browser.put(me, {"user": {"email": "nonsense"}}), 400, "invalid email address")
    number = user_id(tight, user.login)
    tight.sql(f"UPDATE address_limit_buckets SET last_refill_us = last_refill_us - 300000000 WHERE subject = 'user {number}'")
    assert user.browser.put(me + "/resend").status_code == 200
    letters_refused(user.browser.put(me + "/resend"))


def test_letters_to_one_address(tight, new_name):
    """Whoever asks, and however it is spelled; the address itself is not kept for that."""
    victim = new_name("Victim") + "@example.test"
    people = [tight.user(new_name("asks")) for _ in range(4)]
    answers = [p.browser.put(f"/api/v1/users/{user_id(tight, p.login)}", {"user": {"email": v}})
               for p, v in zip(people, (victim, victim.lower(), victim.upper(), victim))]
    assert [a.status_code for a in answers[:3]] == [200] * 3
    letters_refused(answers[3])
    assert not [s for (s,) in tight.sql("SELECT subject FROM address_limit_buckets") if "victim" in s.lower()]

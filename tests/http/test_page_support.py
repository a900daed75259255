"""Reports about crates (contract/web.md 4.9 and 13.5, P75): kept, and told to the operator."""
import email
import email.policy
import time

import pytest

from lib.census import settled
from lib.instance import Instance
from lib.page import Visitor
from lib.steps import publish

FORM = "/support?inquire=crate-violation"


@pytest.fixture(scope="module")
def site():
    instance = Instance(settings=["site.contact=ops@example.test", "site.security_contact=mailto:holes@example.test"])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def crate(site):
    return publish(site.user("publisher"), "reported")


@pytest.fixture
def visitor(site):
    return Visitor(site.anonymous)


def reports(site):
    return site.sql("SELECT COUNT(*) FROM reports")[0][0]


def words_of(letter):
    return letter.get_body(("plain",)).get_content()


def letters(site, word):
    """Those of which the text has the word."""
    settled(site)
    found = []
    for path in (site.data / "mail").glob("*.eml"):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if word in words_of(letter):
            found.append(letter)
    return sorted(found, key=lambda letter: letter["To"])


def send(visitor, **fields):
    form = visitor.get(FORM).page.form("/support")
    return visitor.send(form, **fields)


def test_start(visitor):
    answer = visitor.get("/support")
    assert answer.page.h1 == "Support" and answer.page.has_link("mailto:ops@example.test")
    assert answer.page.has_link(FORM) and not answer.page.has_form("/support")
    assert visitor.get("/support?inquire=x&crate=y").page.h1 == "Support"


def test_the_form_is_filled_in(site, visitor, crate):
    answer = visitor.get(f"{FORM}&crate={crate}")
    assert answer.page.h1 == "Report a crate" and answer.page.metas["robots"] == "noindex"
    assert answer.page.form("/support").fields["crate"] == crate
    assert site.queries(answer) == 0
    hostile = visitor.get(f"{FORM}&crate=%22%3E%3Cscript%3E")
    assert hostile.page.form("/support").fields["crate"] == '"><script>'


def test_a_report_becomes_a_letter(site, visitor, crate):
    answer = send(visitor, crate=crate.upper(), reason=["spam", "other"], detail="First line\r\nSecond <b>line</b>\r\n.\r\n",
                  email="someone@example.test")
    assert answer.status_code == 303 and answer.headers["Location"] == "/support"
    assert f"The report about {crate} is on its way." in visitor.follow(answer).page.text
    letter, = letters(site, "someone@example.test")
    assert (letter["To"], letter["Subject"]) == ("ops@example.test", f"Report about {crate}")
    text = words_of(letter)
    for line in ("- [x] spam", "- [ ] name-squatting", "- [ ] abuse", "- [ ] malicious-code", "- [ ] vulnerability", "- [x] other",
                 "First line", "Second <b>line</b>", f"Crate:     {site.url}/crates/{crate}", "Answer to: someone@example.test",
                 "From:      somebody who was not signed in"):
        assert line in text.splitlines(), text


def test_malicious_code_goes_to_two(site, visitor, crate):
    assert send(visitor, crate=crate, reason="malicious-code", detail="It eats kelp").status_code == 303
    first, second = letters(site, "It eats kelp")
    assert (first["To"], second["To"]) == ("holes@example.test", "ops@example.test")
    assert {first["Subject"], second["Subject"]} == {f"[SECURITY] Report about {crate}"}
    assert first["Message-ID"] != second["Message-ID"]


def test_who_is_signed_in_is_named(site, crate):
    user = site.user("reporter")
    visitor = Visitor(user.browser)
    answer = send(visitor, crate=crate, reason="vulnerability", detail="A hole by reporter")
    assert answer.status_code == 303
    letter, = letters(site, "A hole by reporter")
    assert f"From:      {site.url}/users/reporter" in words_of(letter)


@pytest.mark.parametrize("fields, words", [
    ({"crate": "", "reason": "spam"}, "Say which crate it is"),
    ({"crate": "no-such-crate", "reason": "spam"}, "There is no crate called no-such-crate"),
    ({"crate": "<script>", "reason": "spam"}, "There is no crate called <script>"),
    ({"crate": "reported"}, "Tick at least one reason"),
    ({"crate": "reported", "reason": "boredom"}, "Tick at least one reason"),
    ({"crate": "reported", "reason": "other", "detail": " \r\n "}, "Say what it is"),
    ({"crate": "reported", "reason": "spam", "detail": "x" * 10001}, "At most 10000 bytes"),
    ({"crate": "reported", "reason": "spam", "email": "nobody"}, "That is not an e-mail address"),
    ({"crate": "reported", "reason": "spam", "email": "a@example.test\r\nBcc: b@example.test"}, "That is not an e-mail address"),
])
def test_what_is_missing_is_said_and_the_rest_stays(site, visitor, crate, fields, words):
    before = reports(site)
    answer = send(visitor, **{"detail": "kept text", "email": "kept@example.test", **fields})
    assert answer.status_code == 422 and words in answer.page.text
    form = answer.page.form("/support")
    assert form.fields["crate"] == fields["crate"]
    assert form.fields["email"] == fields.get("email", "kept@example.test").replace("\r\n", "") or "\n" in fields.get("email", "")
    if "detail" not in fields:
        assert form.fields["detail"] == "kept text"
    if fields.get("reason") == "spam":
        assert form.fields["reason"] == "spam"
    assert reports(site) == before


def test_programs_that_fill_in_everything(site, visitor, crate):
    before = reports(site)
    answer = send(visitor, crate=crate, reason="spam", website="https://spam.example")
    assert answer.status_code == 303 and reports(site) == before


def test_other_sites_cannot_send_it(site, visitor, crate):
    form = visitor.get(FORM).page.form("/support")
    before = reports(site)
    assert visitor.send(form, headers={"Sec-Fetch-Site": "cross-site"}, crate=crate, reason="spam").status_code == 403
    assert reports(site) == before


def test_queries(site, visitor, crate):
    assert site.queries(send(visitor, crate=crate, reason="spam")) <= 5
    assert site.queries(send(visitor, crate=crate)) == 1


def test_nobody_to_report_to(anon):
    visitor = Visitor(anon)
    page = visitor.get(FORM).page
    assert page.h1 == "Support" and "have not said how to be reached" in page.text
    assert anon.post("/support", b"crate=a", headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 404


def test_not_too_many():
    instance = Instance(settings=["site.contact=ops@example.test", "limits.enabled=true", "limits.report_burst=2"])
    try:
        name = publish(instance.start().user("publisher"), "often")
        visitor = Visitor(instance.anonymous)
        assert [send(visitor, crate=name, reason="spam").status_code for _ in range(3)] == [303, 303, 429]
        assert reports(instance) == "2"
    finally:
        instance.remove()


def test_a_report_goes_after_a_year(site, visitor, crate):
    send(visitor, crate=crate, reason="spam", detail="an old one")
    site.sql("UPDATE reports SET created_us = created_us - 366 * 86400000000 WHERE detail = 'an old one'")
    site.ctl("job", "enqueue", "sweep")
    settled(site)
    end = time.time() + 60
    while site.sql("SELECT COUNT(*) FROM reports WHERE detail = 'an old one'") != [["0"]]:
        assert time.time() < end
        time.sleep(0.1)

"""Emails are stored in the caller's transaction, and sent by a job after the commit."""

from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic, sleep
from unittest.mock import ANY

import pytest
from sqlalchemy import delete, func, select, update

from beastmode import Beastmode, transaction
from beastmode.core.clock import set_clock
from beastmode.core.errors import ConfigurationError, SettingsError
from beastmode.db import current_database
from beastmode.jobs import Jobs, Worker, list_jobs, status_of
from beastmode.jobs.due import run_due_jobs
from beastmode.jobs.models import JobRow
from beastmode.jobs.tasks import all_jobs
from beastmode.jobs.ticks import enqueue_ticks
from beastmode.mail import Mails, Message, send_email_async, send_mail
from beastmode.mail.models import Mail
from beastmode.testing import MovableClock

HELLO = Message(to="Ada <ada@example.com>", subject="Hello", text="Hello Ada")
SECONDS = 15


def mails():
    return current_database().execute(select(Mail.recipients, Mail.subject, Mail.sent_at).order_by(Mail.id)).all()


def job():
    return current_database().execute(select(JobRow.state, JobRow.attempts, JobRow.error)).one()


def until(found):
    """Wait until something holds, and give it."""
    end = monotonic() + SECONDS
    while not (value := found()) and monotonic() < end:
        sleep(0.02)
    return value


def smtp_settings(server, **others):
    return {"MAIL_SERVER": "localhost", "MAIL_PORT": server.port, "MAIL_TIMEOUT_SECONDS": 0.5, **others}


def test_an_email_is_rolled_back_with_the_changes_of_its_caller(post_office):
    """No one gets an email about an order that was rolled back."""
    with post_office().app_context():
        with pytest.raises(ZeroDivisionError), transaction():
            send_mail(HELLO)
            raise ZeroDivisionError

        assert (mails(), list_jobs("ready")) == ([], [])


def test_without_a_server_emails_stay_in_the_inbox(post_office, run_jobs):
    """They count as sent."""
    app = post_office()
    run_jobs(app)
    with app.app_context():
        send_email_async("ada@example.com", "Hello", "Hello Ada", "<p>Hello Ada</p>")

        [mail] = until(lambda: [each for each in mails() if each.sent_at])
    assert (mail.recipients, mail.subject) == ("ada@example.com", "Hello")


@pytest.mark.parametrize("tls", ["starttls", "implicit", ""])
def test_an_email_is_sent_by_smtp(post_office, run_jobs, smtp, trusted, tls):
    """With STARTTLS, with implicit TLS, and without TLS if configured."""
    server = smtp(tls=tls)
    app = post_office(**smtp_settings(server, MAIL_USE_TLS=tls == "starttls", MAIL_USE_SSL=tls == "implicit"))
    run_jobs(app)
    with app.app_context():
        send_mail(HELLO)
        assert until(lambda: server.mails), job()

    [(recipients, email)] = server.mails
    assert (recipients, email["To"], email.get_content().strip()) == (
        ["ada@example.com"],
        "Ada <ada@example.com>",
        "Hello Ada",
    )


def test_the_client_logs_in_if_a_username_is_set(post_office, run_jobs, smtp, trusted):
    """Only after the connection has switched to TLS."""
    server = smtp(login=(b"shop", b"hunter2"))
    app = post_office(**smtp_settings(server, MAIL_USERNAME="shop", MAIL_PASSWORD="hunter2"))
    run_jobs(app)
    with app.app_context():
        send_mail(HELLO)
        assert until(lambda: server.mails), job()


@pytest.mark.parametrize(
    ("how", "state", "words"),
    [
        ({"reply": "554 we do not like it"}, "dead", "localhost refused the email: 554 we do not like it"),
        ({"refused": ["ada@example.com"]}, "dead", "localhost refused the email: 550 no ada@example.com here"),
        ({"reply": "451 come back later"}, "scheduled", "localhost refused the email: 451 come back later"),
        ({"reply": "hang"}, "scheduled", "TimeoutError: "),
        ({"reply": "close"}, "scheduled", "SMTPServerDisconnected: "),
        ({"names": ("other.example",)}, "scheduled", "The certificate of localhost is invalid: "),
    ],
    ids=["refuses", "unknown recipient", "later", "hangs", "closes", "wrong certificate"],
)
def test_the_reply_of_the_server_decides_whether_to_retry(post_office, run_jobs, smtp, trusted, how, state, words):  # noqa: PLR0917 - fixtures
    """Permanent failures are final; anything else is retried."""
    server = smtp(**how)
    app = post_office(**smtp_settings(server))
    run_jobs(app)
    with app.app_context():
        send_mail(HELLO)
        until(lambda: job().error)

        assert (job().state, job().attempts) == (state, 1)
        assert words in job().error
        assert [mail.sent_at for mail in mails()] == [None]


def test_an_untrusted_certificate_is_refused(post_office, run_jobs, smtp):
    """Otherwise an impostor could receive the email."""
    server = smtp()
    app = post_office(**smtp_settings(server))
    run_jobs(app)
    with app.app_context():
        send_mail(HELLO)
        until(lambda: job().error)

        assert "The certificate of localhost is invalid: " in job().error
    assert server.mails == []


def test_one_recipient_of_several_is_refused(post_office, run_jobs, smtp, trusted):
    """The other recipients get the email exactly once."""
    server = smtp(refused=["eve@example.com"])
    app = post_office(**smtp_settings(server))
    run_jobs(app)
    with app.app_context():
        send_mail(Message(to=["ada@example.com", "eve@example.com"], subject="Hello", text="Hello"))
        until(lambda: job().error)

        assert (job().state, job().error) == (
            "dead",
            "The email was sent, but some recipients were refused: 550 no eve@example.com here",
        )
        assert mails()[0].sent_at is not None
    assert [recipients for recipients, _ in server.mails] == [["ada@example.com"]]


def test_a_mail_that_was_accepted_is_not_sent_again(post_office, run_jobs, smtp, trusted):
    """Whatever the server says when the connection ends: otherwise it would be sent twelve times."""
    server = smtp(reply="rude")
    app = post_office(**smtp_settings(server))
    run_jobs(app)
    with app.app_context():
        send_mail(HELLO)
        state = until(lambda: job().state if job().state in {"done", "scheduled", "dead"} else "")

        assert (state, job().error, len(server.mails)) == ("done", None, 1)


def test_styles_are_inlined(post_office):
    """Many email clients ignore style sheets."""
    with post_office().app_context():
        send_mail(Message(to="a@example.com", subject="s", text="t", html="<style>p{color:red}</style><p>x</p>"))
        html = current_database().execute(select(Mail.html)).scalar_one()

    assert '<p style="color: red;">x</p>' in html


def test_the_inbox_shows_what_was_sent_in_development(post_office):
    """As JSON, and as a page on which the HTML of emails cannot run scripts."""
    app = post_office(ENVIRONMENT="development", JOBS_THREADS=0)
    with app.app_context():
        send_mail(Message(to="ada@example.com", subject="<Hello>", text="Hi", html="<script>alert(1)</script>"))
    client = app.test_client()

    [mail] = client.get("/dev/inbox").get_json()
    page = client.get("/dev/inbox", headers={"Accept": "text/html"})

    assert mail == {
        "to": ["ada@example.com"],
        "subject": "<Hello>",
        "text": "Hi",
        "html": "<script>alert(1)</script>",
        "sent_at": None,
    }
    assert "&lt;Hello&gt;" in page.text
    assert '<iframe sandbox title="&lt;Hello&gt;" srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;">' in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_links_in_the_inbox_can_be_clicked_and_run_nothing(post_office):
    """A developer who resets a password opens the link; what looks like one otherwise stays text."""
    app = post_office(ENVIRONMENT="development", JOBS_THREADS=0)
    with app.app_context():
        text = (
            'Open https://shop.example/reset?token=a&b=1 now, <a href="javascript:alert(1)">or</a> javascript:alert(1)'
        )
        send_mail(replace(HELLO, text=text))

    page = app.test_client().get("/dev/inbox", headers={"Accept": "text/html"}).text

    link = "https://shop.example/reset?token=a&amp;b=1"
    assert f'<a href="{link}" rel="noopener noreferrer" target="_blank">{link}</a>' in page
    assert page.count("<a ") == 1


def test_there_is_no_inbox_in_production(post_office):
    """Anyone could read it."""
    secrets = {"SECRET_KEY": "u7Yq2nPz0LwX5vRk8TgB3mJc6HdS9aEf"}
    app = post_office(ENVIRONMENT="production", **secrets)

    assert app.test_client().get("/dev/inbox").status_code == 404


def test_mail_requires_jobs():
    """Emails are sent by a job."""
    with pytest.raises(ConfigurationError, match=r"^Beastmode\(mail=\.\.\.\) needs jobs= as well; pass both\.$"):
        Beastmode(mail=Mails())
    assert Jobs() is not None


def test_mail_can_be_written_to_the_terminal(post_office, run_jobs, capfd):
    """For development without a browser."""
    app = post_office(MAIL_TRANSPORT="console")
    run_jobs(app)
    with app.app_context():
        send_mail(HELLO)
        assert until(lambda: [each for each in mails() if each.sent_at])

    assert "Mail to ada@example.com: Hello\nHello Ada\n" in capfd.readouterr().err


@pytest.mark.parametrize("transport", ["smtp", "inbox"])
def test_the_contents_of_a_sent_message_are_deleted(post_office, run_jobs, smtp, trusted, transport):
    """A link that resets a password must not stand in a table for years; the inbox of development keeps it."""
    settings, kept = {}, ("Hello Ada", None, ANY)
    if transport == "smtp":
        settings, kept = smtp_settings(smtp()), ("", None, b"")
    app = post_office(**settings)
    run_jobs(app)
    with app.app_context():
        send_mail(HELLO)
        assert until(lambda: [each for each in mails() if each.sent_at])
        stored = current_database().execute(select(Mail.text, Mail.html, Mail.content)).one()

    assert (stored.text.strip(), stored.html, stored.content) == kept


def test_old_emails_are_deleted_whether_they_were_sent_or_not(post_office):
    """By a job that workers enqueue every hour; newer ones stay."""
    app = post_office(MAIL_RETENTION_DAYS=30)
    moment = datetime(2030, 1, 1, 0, 30, tzinfo=UTC)
    clock = MovableClock(moment)
    previous = set_clock(clock)
    try:
        with app.app_context():
            for subject in ("old and sent", "old"):
                send_mail(replace(HELLO, subject=subject))
                current_database().execute(delete(JobRow))
                if subject == "old and sent":
                    current_database().execute(update(Mail).values(sent_at=moment))
            clock.advance(days=30, minutes=1)
            send_mail(replace(HELLO, subject="new"))

            enqueued = enqueue_ticks([all_jobs()["beastmode.mail.delete_old"]])
            run_due_jobs(app)

            assert enqueued == 1
            assert [mail.subject for mail in mails()] == ["new"]
            assert status_of(current_database().execute(select(func.max(JobRow.id))).scalar_one()).result == 2
    finally:
        set_clock(previous)


def test_no_more_emails_are_sent_at_the_same_time_than_allowed(post_office, smtp, trusted):
    """Mail servers refuse clients that open many connections: four, by default, with however many threads."""
    server = smtp(reply="meet")
    app = post_office(**smtp_settings(server, MAIL_TIMEOUT_SECONDS=10))
    worker = Worker(app, 8, jobs={"beastmode.mail.send": all_jobs()["beastmode.mail.send"]})
    with app.app_context():
        for number in range(8):
            send_mail(replace(HELLO, subject=str(number)))
    thread = worker.start()
    try:
        assert until(lambda: len(server.mails) == 8), server.mails
    finally:
        worker.stop()
        thread.join(10)

    assert server.recorder.most == 4
    assert sorted(mail["Subject"] for _, mail in server.mails) == list("01234567")


def test_a_sender_that_is_no_address_is_refused_at_startup(post_office):
    """Or each email would fail."""
    with pytest.raises(SettingsError, match=r"The default From address is 'Shop'; expected one such as Shop <"):
        post_office(MAIL_DEFAULT_SENDER="Shop")

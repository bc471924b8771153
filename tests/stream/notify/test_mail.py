"""E-mail, against a real SMTP server."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sentiment.errors import SettingsError
from stream.notify.channel import RefusedError, UnreachedError
from stream.notify.mail import Mail
from stream.notify.settings import NotifySettings
from tests.stream.notify.made_up import made_up, notification
from tests.stream.notify.receivers import MailServer


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def mail(server: MailServer, **more: str) -> Mail:
    options = {"smtp_host": "127.0.0.1", "smtp_security": "none"} | more
    return Mail(
        NotifySettings(
            smtp_port=server.port,
            email_from="badbuzz@example.org",
            email_to="team@example.org, boss@example.org",
            **options,
        )
    )


async def test_all_readers_get_what_they_need_to_judge(server: MailServer) -> None:
    await mail(server).send(notification(made_up("acme")))
    (letter,) = server.letters
    assert server.readers == [["team@example.org", "boss@example.org"]]
    assert letter["Subject"] == "acme: bad buzz (62% negative, normally 30%)"
    assert letter["Auto-Submitted"] == "auto-generated"
    text = letter.get_content()
    for part in ("11:51 to 12:00 UTC", "62%", "84", "3.8", "tarmac, #stuck",
                 "> three hours on the tarmac", "/brands/acme?alert=1"):  # fmt: skip
        assert part in text


async def test_letters_of_one_alert_hang_together_and_a_repetition_is_known(
    server: MailServer,
) -> None:
    channel = mail(server)
    for alert in (made_up(), made_up(), made_up(state="worse", after=3)):
        await channel.send(notification(alert))
    opened, again, worse = server.letters
    assert opened["Message-ID"] == again["Message-ID"] != worse["Message-ID"]
    assert opened["In-Reply-To"] is None
    assert worse["In-Reply-To"] == worse["References"] == opened["Message-ID"]
    assert worse["Subject"].startswith("acme: bad buzz grows")


async def test_what_a_brand_is_called_writes_no_header_and_hides_no_text(
    server: MailServer,
) -> None:
    await mail(server).send(notification(made_up("a\r\nBcc: all@example.org\u2028é \x00 😀")))
    (letter,) = server.letters
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("a Bcc: all@example.org é 😀: bad buzz")
    assert server.readers == [["team@example.org", "boss@example.org"]]


async def test_a_very_long_brand_still_makes_a_letter(server: MailServer) -> None:
    await mail(server).send(notification(made_up("é" * 5_000)))
    assert len(server.letters) == 1


@pytest.mark.parametrize("stage", ["at_recipient", "at_end"])
async def test_codes_of_the_server_tell_later_from_never(server: MailServer, stage: str) -> None:
    setattr(server, stage, "451 try again later")
    with pytest.raises(UnreachedError, match="451"):
        await mail(server).send(notification(made_up()))
    setattr(server, stage, "550 no such reader")
    with pytest.raises(RefusedError, match="550"):
        await mail(server).send(notification(made_up()))


async def test_a_server_that_is_away_is_to_be_asked_again() -> None:
    with MailServer() as server:
        channel = mail(server)
    with pytest.raises(UnreachedError, match="ConnectionRefused"):
        await channel.send(notification(made_up()))


async def test_a_server_without_encryption_is_refused_where_it_is_asked_for(
    server: MailServer,
) -> None:
    with pytest.raises(RefusedError, match="STARTTLS"):
        await mail(server, smtp_security="starttls").send(notification(made_up()))
    assert server.letters == []


async def test_an_account_is_used_only_over_encryption_that_is_checked(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(_server: object, _session: object, _envelope: object, _way: str, said: object):  # type: ignore[no-untyped-def]
        assert isinstance(said, LoginPassword)
        return AuthResult(success=said == LoginPassword(b"bad", b"buzz"), handled=False)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    account = {"smtp_username": "bad", "smtp_password": "buzz", "smtp_security": "starttls"}
    with MailServer(tls_context=context, authenticator=check, auth_required=True) as server:
        with pytest.raises(UnreachedError, match="CERTIFICATE_VERIFY_FAILED"):
            await mail(server, **account).send(notification(made_up()))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(RefusedError, match="SMTPAuthenticationError 535"):
            await mail(server, **account | {"smtp_password": "x"}).send(notification(made_up()))
        assert server.letters == []
        await mail(server, **account).send(notification(made_up()))
        assert len(server.letters) == 1


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"email_to": ""}, "BADBUZZ_EMAIL_TO"),
        ({"email_from": None}, "BADBUZZ_EMAIL_FROM"),
        ({"email_to": "team"}, "'team'"),
        ({"email_from": "a@b.org\nBcc: c@d.org"}, "BADBUZZ_EMAIL_FROM"),
        ({"smtp_username": "bad"}, "BADBUZZ_SMTP_PASSWORD"),
        (
            {"smtp_username": "bad", "smtp_password": "buzz", "smtp_security": "none"},
            "BADBUZZ_SMTP_SECURITY",
        ),
    ],
)
def test_settings_that_do_not_fit_are_named(more: dict[str, str], named: str) -> None:
    fitting = {"smtp_host": "mail.example.org", "email_from": "a@b.org", "email_to": "c@d.org"}
    with pytest.raises(SettingsError, match=named):
        Mail(NotifySettings(**fitting | more))


@pytest.mark.parametrize(
    ("account", "named"),
    [
        ({"smtp_username": "bàd", "smtp_password": "buzz"}, "BADBUZZ_SMTP_USERNAME"),
        ({"smtp_username": "bad", "smtp_password": "büzz"}, "BADBUZZ_SMTP_PASSWORD"),
    ],
)
def test_an_account_that_smtp_cannot_carry_is_refused_and_not_repeated(
    account: dict[str, str], named: str
) -> None:
    fitting = {"smtp_host": "mail.example.org", "email_from": "a@b.org", "email_to": "c@d.org"}
    with pytest.raises(SettingsError, match=f"{named}.*ASCII") as raised:
        Mail(NotifySettings(**fitting | account))
    assert not any(secret in str(raised.value) for secret in account.values())


async def test_what_smtplib_will_not_write_is_refused(server: MailServer) -> None:
    """The name of a machine has at most 63 characters between two dots."""
    with pytest.raises(RefusedError, match="UnicodeE"):
        await mail(server, smtp_host="x" * 64).send(notification(made_up()))


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    address = x509.IPAddress(ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path

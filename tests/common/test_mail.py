"""One e-mail at a time, to real SMTP servers."""

import datetime as dt
import socket
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from registration.common import mail


class Inbox:
    def __init__(self):
        self.letters = []
        self.names = []

    async def handle_DATA(self, *given):  # noqa: N802 -- aiosmtpd's own name
        self.letters.append(given[-1])
        return "250 taken"

    def __call__(self, *given):
        self.names.append((given[-1].login, given[-1].password))
        return AuthResult(success=True)


@pytest.fixture
def letter():
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "desk@council.gov.uk", "jo@example.org", "Grüße, 你好"
    made.set_content("Come at 9:30am.\n")
    return made


@pytest.fixture
def serve(tmp_path):
    """Start an SMTP server of a kind; give its inbox and port."""
    running = []

    def start(**kind):
        inbox = Inbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(inbox, hostname="127.0.0.1", port=port, authenticator=inbox, **kind)
        controller.start()
        running.append(controller)
        return inbox, port

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 signed by nobody: (its file, what a server needs)."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    day = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day - dt.timedelta(days=1))
        .not_valid_after(day + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return file, context


@pytest.fixture
def elsewhere(monkeypatch):
    """Treat 127.0.0.1 as a machine somewhere on the network."""
    monkeypatch.setattr(mail, "HERE", frozenset())


def config(url, **more):
    return {"SMTP_URL": url, "DEMO": False, "INSTANCE": "", **more}


def test_a_letter_reaches_the_server_of_the_settings(serve, letter):
    inbox, port = serve()

    mail.send_mail(config(f"smtp://127.0.0.1:{port}"), letter)

    [envelope] = inbox.letters
    assert envelope.rcpt_tos == ["jo@example.org"]
    assert message_from_bytes(envelope.content, policy=policy.default)["Subject"] == "Grüße, 你好"


def test_a_name_and_password_of_the_address_are_used_on_this_machine(serve, letter):
    inbox, port = serve(auth_require_tls=False)

    mail.send_mail(config(f"smtp://desk%40council:p%2Fw@127.0.0.1:{port}"), letter)

    assert inbox.names == [(b"desk@council", b"p/w")]
    assert len(inbox.letters) == 1


def test_no_password_crosses_a_network_in_the_clear(serve, letter, elsewhere):
    inbox, port = serve(auth_require_tls=False)

    with pytest.raises(mail.PasswordInTheClear, match="no encryption"):
        mail.send_mail(config(f"smtp://desk:secret@127.0.0.1:{port}"), letter)

    assert (inbox.names, inbox.letters) == ([], [])


def test_no_letter_crosses_a_network_in_the_clear_unless_the_council_means_it(serve, letter, elsewhere):
    inbox, port = serve()

    with pytest.raises(mail.MailInTheClear, match=r"Add \?plain"):
        mail.send_mail(config(f"smtp://127.0.0.1:{port}", DEMO=False), letter)
    assert inbox.letters == []
    mail.send_mail(config(f"smtp://127.0.0.1:{port}?plain", DEMO=False), letter)
    mail.send_mail(config(f"smtp://127.0.0.1:{port}", DEMO=True), letter)

    assert len(inbox.letters) == 2


def test_what_a_server_encrypts_is_encrypted(serve, letter, elsewhere, certificate, monkeypatch):
    file, context = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    inbox, port = serve(tls_context=context)

    mail.send_mail(config(f"smtp://desk:secret@127.0.0.1:{port}"), letter)

    assert inbox.names == [(b"desk", b"secret")]


def test_smtps_is_encrypted_from_the_first_byte(serve, letter, certificate, monkeypatch):
    file, context = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    inbox, port = serve(ssl_context=context)

    mail.send_mail(config(f"smtps://127.0.0.1:{port}"), letter)

    assert len(inbox.letters) == 1


def test_a_server_nobody_vouches_for_gets_nothing(serve, letter, elsewhere, certificate):
    inbox, port = serve(tls_context=certificate[1])

    with pytest.raises(ssl.SSLCertVerificationError):
        mail.send_mail(config(f"smtp://desk:secret@127.0.0.1:{port}"), letter)

    assert inbox.letters == []


def test_a_server_that_is_not_there_is_an_error_of_the_system(letter):
    with pytest.raises(OSError, match="refused"):
        mail.send_mail(config("smtp://127.0.0.1:9"), letter)


def test_a_demonstration_keeps_its_mail_in_a_folder(letter, tmp_path):
    for _ in range(2):
        mail.send_mail(config("", DEMO=True, INSTANCE=tmp_path), letter)

    kept = list((tmp_path / "mail").glob("*.eml"))
    assert len(kept) == 2
    assert message_from_bytes(kept[0].read_bytes(), policy=policy.default)["To"] == "jo@example.org"


def test_without_a_server_nothing_pretends_to_be_sent(letter):
    with pytest.raises(mail.NoWayToSend, match="SMTP_URL is not set"):
        mail.send_mail(config(""), letter)


@pytest.fixture
def cutting():
    """Start a mail server that leaves after so many lines of ours; give its port."""
    import threading

    doors = []

    def start(*answers):
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)

        def serve():
            with door.accept()[0] as line, line.makefile("rb") as heard:
                line.sendall(b"220 here\r\n")
                for answer in answers:
                    said = heard.readline()
                    while answer in AT_ITS_END and said != b".\r\n":
                        said = heard.readline()
                    line.sendall(answer)

        threading.Thread(target=serve).start()
        return door.getsockname()[1]

    yield start
    for door in doors:
        door.close()


OK, GO = b"250 OK\r\n", b"354 go\r\n"
AT_ITS_END = CUT, REFUSED = b"", b"554 no\r\n"


def test_a_letter_whose_receipt_was_cut_off_may_have_been_taken(cutting, letter):
    port = cutting(OK, OK, OK, GO, CUT)

    with pytest.raises(mail.MaybeTaken):
        mail.send_mail({"SMTP_URL": f"smtp://127.0.0.1:{port}", "DEMO": False}, letter)


@pytest.mark.parametrize("answers", [(OK,), (OK, OK), (OK, OK, OK)])
def test_a_letter_that_was_never_handed_over_was_surely_not_taken(cutting, letter, answers):
    port = cutting(*answers)

    with pytest.raises(mail.smtplib.SMTPServerDisconnected):
        mail.send_mail({"SMTP_URL": f"smtp://127.0.0.1:{port}", "DEMO": False}, letter)


def test_a_letter_that_was_refused_at_its_end_was_not_taken(cutting, letter):
    port = cutting(OK, OK, OK, GO, REFUSED)

    with pytest.raises(mail.smtplib.SMTPException) as refused:
        mail.send_mail({"SMTP_URL": f"smtp://127.0.0.1:{port}", "DEMO": False}, letter)
    assert not isinstance(refused.value, mail.MaybeTaken)

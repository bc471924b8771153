"""A real broker with TLS and SASL/SCRAM on: its certificates, its users and its listener."""

import ipaddress
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.local.distribution import find_distribution
from infra.local.java import find_java
from infra.local.kafka import LocalKafka
from infra.local.ports import free_port

USER = "worker"
PASSWORD = "scram-password-of-a-test"
MECHANISM = "SCRAM-SHA-512"


def secured_properties(folder: Path, plain_port: int, secured_port: int) -> dict[str, str]:
    """Settings of a broker whose second listener asks for TLS and SCRAM; writes `ca.pem`."""
    make_certificates(folder)
    login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    controller = free_port()
    return {
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{plain_port},SECURED://127.0.0.1:{secured_port},"
        f"CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{plain_port},"
        f"SECURED://127.0.0.1:{secured_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SECURED:SASL_SSL,"
        "CONTROLLER:PLAINTEXT",
        "listener.name.secured.sasl.enabled.mechanisms": MECHANISM,
        f"listener.name.secured.{MECHANISM.lower()}.sasl.jaas.config": login,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "broker.pem"),
    }


def add_user(kafka: LocalKafka, name: str = USER, password: str = PASSWORD) -> None:
    """Make a SCRAM user, as an operator would: over the listener that asks for nothing."""
    jars = find_distribution().jars
    change = f"{MECHANISM}=[password={password}]"
    subprocess.run(
        [find_java(), "-cp", f"{jars}/*", "kafka.admin.ConfigCommand",
         "--bootstrap-server", kafka.bootstrap, "--alter", "--add-config", change,
         "--entity-type", "users", "--entity-name", name],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip


def make_certificates(folder: Path) -> None:
    """Write `ca.pem`, and `broker.pem`: the key and certificate of 127.0.0.1 that it signed."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    broker_key = ec.generate_private_key(ec.SECP256R1())
    ca = (
        _certificate("badbuzz test CA", ca_key, "badbuzz test CA")
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    broker = (
        _certificate("broker", broker_key, "badbuzz test CA")
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(signer, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key = broker_key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "broker.pem").write_bytes(key + broker.public_bytes(pem))


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip

"""Certificates made for a test: CAs as companies have them, and what those sign."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

NOW = datetime.now(timezone.utc)
DAY = timedelta(days=1)
CA_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, and the one that signed it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def saved(self, path: Path) -> Path:
        """A file with the certificate alone, as a bundle is."""
        path.write_bytes(self.pem)
        return path

    def server(self, path: Path) -> ssl.SSLContext:
        """The context of a server with this certificate; the file is for its key."""
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(self.pem + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def authority(name: str = "Example Corp", *, usage: bool = True) -> Issued:
    """A CA; without ``usage``, it has no extension keyUsage, as some companies' have none."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, name, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    if usage:
        builder = builder.add_extension(CA_USAGE, critical=True)
    return Issued(builder.sign(key, SHA256()), key)


def issued(
    by: Issued | None,
    hosts: Sequence[str] = ("localhost",),
    *,
    start: timedelta = -DAY,
    end: timedelta = DAY,
) -> Issued:
    """A server's certificate, signed by a CA or, without one, by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = by.certificate.subject.rfc4514_string().removeprefix("CN=") if by else hosts[0]
    names = [_name(host) for host in hosts]
    issuer_key = by.key if by else key
    builder = (
        _builder(hosts[0], signer, key, issuer_key, NOW + start, NOW + end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return Issued(builder.sign(issuer_key, SHA256()), key)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey | None = None,
    start: datetime = NOW - DAY,
    end: datetime = NOW + DAY,
) -> x509.CertificateBuilder:
    subject_name, issuer_name = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        for name in (subject, issuer)
    )
    signer = (issuer_key or key).public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject_name)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    )

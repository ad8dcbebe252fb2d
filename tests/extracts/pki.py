"""Certificates to test with, declared in one line each: who, by whom, from when to when, for what."""

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from extracts import SigningIdentity

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Holder:
    """A certificate with its key, as files and in memory."""

    name: str
    key: Key
    certificate: x509.Certificate
    key_file: Path
    certificate_file: Path


def holder(
    folder: Path,
    name: str,
    issuer: Holder | None,
    start: dt.datetime,
    end: dt.datetime,
    *,
    ca: bool = False,
    time_stamps: bool = False,
    use_rsa: bool = False,
) -> Holder:
    key: Key = (
        rsa.generate_private_key(65537, 2048) if use_rsa or time_stamps else ec.generate_private_key(ec.SECP256R1())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing: Key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca,
                content_commitment=not ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=ca,
                crl_sign=ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if time_stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    certificate = builder.sign(signing, hashes.SHA256())
    key_file, certificate_file = folder / f"{name}.key.pem", folder / f"{name}.cert.pem"
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        out.write(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    certificate_file.write_bytes(certificate.public_bytes(PEM))
    return Holder(name, key, certificate, key_file, certificate_file)


def identity(signer: Holder, root: Holder, **options: Any) -> SigningIdentity:
    return SigningIdentity.from_pem(
        signer.key_file, signer.certificate_file, [root.certificate_file], chain=[root.certificate_file], **options
    )


def pkcs12_file(folder: Path, signer: Holder, root: Holder, passphrase: str) -> Path:
    path = folder / f"{signer.name}.p12"
    locked = serialization.BestAvailableEncryption(passphrase.encode())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        out.write(
            pkcs12.serialize_key_and_certificates(b"signer", signer.key, signer.certificate, [root.certificate], locked)
        )
    return path


def revocation_list(root: Holder, revoked: list[Holder], at: dt.datetime, until: dt.datetime) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(root.certificate.subject)
    builder = builder.last_update(at).next_update(until)
    builder = builder.add_extension(x509.CRLNumber(1), critical=False).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number).revocation_date(at)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(root.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def time_stamper(authority: Holder, root: Holder, at: dt.datetime) -> DummyTimeStamper:
    """Return a time-stamp authority of our own whose clock stands at *at*."""
    chain = [load_cert_from_pemder(str(root.certificate_file))]  # type: ignore[no-untyped-call]
    return DummyTimeStamper(
        load_cert_from_pemder(str(authority.certificate_file)),  # type: ignore[no-untyped-call]
        load_private_key_from_pemder(str(authority.key_file), None),
        certs_to_embed=chain,  # type: ignore[arg-type]
        fixed_dt=at,
    )

"""A certification authority and a signer for demonstrations, which say of themselves that they are nothing more."""

import datetime as dt
import os
import shutil
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from extracts.signing import DEMO_WORDS, SigningIdentity

KEY_FILE, CERTIFICATE_FILE, ROOT_FILE = "demo-signer.key.pem", "demo-signer.cert.pem", "demo-root.cert.pem"
SIGNER_NAME = f"CHỨNG THƯ THỬ NGHIỆM – {DEMO_WORDS}"
_ROOT_NAME = f"CA THỬ NGHIỆM – {DEMO_WORDS}"
_ENGLISH = "DEMONSTRATION ONLY - NO LEGAL VALUE"
_DAYS = 3650


def make_demo_identity(folder: Path) -> SigningIdentity:
    """Return the demonstration identity in *folder*, made on first use (key files readable by their owner only).

    The key of the authority is thrown away as soon as it has signed the one certificate.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    home = folder / "demo"
    if not home.exists():
        _make_once(home)
    root = home / ROOT_FILE
    return SigningIdentity.from_pem(home / KEY_FILE, home / CERTIFICATE_FILE, [root], chain=[root])


def _make_once(home: Path) -> None:
    """Make all files aside and name their folder last: key and certificate always belong together."""
    scratch = Path(tempfile.mkdtemp(dir=home.parent, prefix=".demo-"))
    try:
        _make(scratch / KEY_FILE, scratch / CERTIFICATE_FILE, scratch / ROOT_FILE)
        scratch.rename(home)
    except OSError:
        if not home.exists():  # else another process was first, and its identity is as good
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _make(key_file: Path, certificate_file: Path, root_file: Path) -> None:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = (
        _builder(_name(_ROOT_NAME), _name(_ROOT_NAME), root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    certificate = (
        _builder(_name(SIGNER_NAME), root.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    _write(
        key_file,
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    _write(certificate_file, certificate.public_bytes(pem))
    _write(root_file, root.public_bytes(pem))


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ENGLISH),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, data: bytes) -> None:
    """Write *data* so that only the owner can ever read it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)

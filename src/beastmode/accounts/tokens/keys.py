"""Keys for one purpose each, derived from the project's secret."""

import hashlib
import hmac

from beastmode.core.secrets import SecretBytes


def derive(secret: str, purpose: str) -> bytes:
    """A 32-byte key for this purpose only: no value created with it is valid for another purpose.

    HMAC-SHA256 of the purpose under the secret, the expand step of HKDF for one block (RFC 5869).

    Args:
        secret: JWT_SECRET_KEY or SECRET_KEY.
        purpose: What the key is for, such as "refresh token".
    """
    return SecretBytes(hmac.digest(secret.encode(), f"beastmode {purpose}\x01".encode(), hashlib.sha256))


def key_id(secret: str) -> str:
    """A short public name for a secret, 16 hex digits, which does not reveal the secret.

    Args:
        secret: JWT_SECRET_KEY or SECRET_KEY.
    """
    return derive(secret, "key id").hex()[:16]

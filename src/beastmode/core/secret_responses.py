from dataclasses import dataclass

__all__ = ["SecretResponses"]


@dataclass(frozen=True)
class SecretResponses:
    """The declaration of a blueprint whose responses contain secrets, such as tokens: nothing may store them."""

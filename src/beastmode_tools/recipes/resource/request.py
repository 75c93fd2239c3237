"""What a person asks for with `beast add resource`."""

from dataclasses import dataclass

__all__ = ["ResourceRequest"]


@dataclass(frozen=True, slots=True)
class ResourceRequest:
    """A resource to add.

    Args:
        name: Of the model, such as "Product".
        fields: As typed.
        command: The whole command, for the journal.
        version: Of the API; "" for the first one.
        plural: In snake case; "" for the English plural.
        is_owned: Whether only the user who created a row may change it.
        is_public: Whether anyone may read.
    """

    name: str
    fields: tuple[str, ...]
    command: str
    version: str = ""
    plural: str = ""
    is_owned: bool = False
    is_public: bool = False

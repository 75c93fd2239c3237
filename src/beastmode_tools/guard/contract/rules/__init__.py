"""All rules about what an API promises its clients."""

from beastmode_tools.guard.contract.rules import (
    body,
    document,
    field,
    listed,
    operation,
    parameter,
    schema,
    security,
    value,
    webhook,
)

__all__ = ["RULES"]

RULES = (
    *document.RULES,
    *operation.RULES,
    *security.RULES,
    *parameter.RULES,
    *body.RULES,
    *webhook.RULES,
    *value.RULES,
    *listed.RULES,
    *field.RULES,
    *schema.RULES,
)

"""All rules about what an API promises its clients."""

from beastmode_tools.guard.contract.rules import access as contract_access
from beastmode_tools.guard.contract.rules import body as contract_body
from beastmode_tools.guard.contract.rules import composition as contract_composition
from beastmode_tools.guard.contract.rules import condition as contract_condition
from beastmode_tools.guard.contract.rules import count as contract_count
from beastmode_tools.guard.contract.rules import default as contract_default
from beastmode_tools.guard.contract.rules import discriminator as contract_discriminator
from beastmode_tools.guard.contract.rules import document as contract_document
from beastmode_tools.guard.contract.rules import header as contract_header
from beastmode_tools.guard.contract.rules import hidden as contract_hidden
from beastmode_tools.guard.contract.rules import length as contract_length
from beastmode_tools.guard.contract.rules import lifecycle as contract_lifecycle
from beastmode_tools.guard.contract.rules import listed
from beastmode_tools.guard.contract.rules import operation as contract_operation
from beastmode_tools.guard.contract.rules import parameter as contract_parameter
from beastmode_tools.guard.contract.rules import pattern as contract_pattern
from beastmode_tools.guard.contract.rules import range as contract_range
from beastmode_tools.guard.contract.rules import request_field as contract_request_field
from beastmode_tools.guard.contract.rules import response as contract_response
from beastmode_tools.guard.contract.rules import response_field as contract_response_field
from beastmode_tools.guard.contract.rules import scheme as contract_scheme
from beastmode_tools.guard.contract.rules import security as contract_security
from beastmode_tools.guard.contract.rules import type as contract_type
from beastmode_tools.guard.contract.rules import webhook as contract_webhook

__all__ = ["RULES"]

RULES = (
    *contract_document.RULES,
    *contract_operation.RULES,
    *contract_lifecycle.RULES,
    *contract_security.RULES,
    *contract_scheme.RULES,
    *contract_parameter.RULES,
    *contract_body.RULES,
    *contract_response.RULES,
    *contract_header.RULES,
    *contract_webhook.RULES,
    *contract_type.RULES,
    *listed.RULES,
    *contract_length.RULES,
    *contract_range.RULES,
    *contract_count.RULES,
    *contract_pattern.RULES,
    *contract_request_field.RULES,
    *contract_response_field.RULES,
    *contract_access.RULES,
    *contract_default.RULES,
    *contract_composition.RULES,
    *contract_discriminator.RULES,
    *contract_condition.RULES,
    *contract_hidden.RULES,
)

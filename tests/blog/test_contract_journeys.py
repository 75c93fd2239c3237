"""schemathesis's stateful phase: requests that follow from the answers to others, such as changing what was made."""

import pytest
from contracts import EXAMPLES, FUZZ, VERSIONS, contract
from hypothesis import HealthCheck, settings


@pytest.mark.parametrize("version", VERSIONS)
def test_journeys_of_a_client_are_as_the_document_says(version, ada_signed_in, rewind):
    class Journey(contract(version).as_state_machine()):
        def setup(self):
            # Hypothesis wants the same request to have the same answer in each run.
            rewind()

        def get_call_kwargs(self, case):
            return ada_signed_in

        def validate_response(self, response, case, **sent):
            # Without them it would take the token for one that it made up.
            headers = ada_signed_in["headers"]
            case.validate_response(response, headers=headers, transport_kwargs=sent, recorder=self.recorder)

    Journey.run(
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=10,
            derandomize=not FUZZ,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
    )

"""schemathesis against each route of both documents: its examples, its edges (coverage), and made-up requests."""

from contracts import contract

v1, v2 = contract("v1"), contract("v2")


@v1.parametrize()
def test_a_route_of_v1_answers_what_its_document_says(case, ada_signed_in):
    case.call_and_validate(**ada_signed_in)


@v2.parametrize()
def test_a_route_of_v2_answers_what_its_document_says(case, ada_signed_in):
    case.call_and_validate(**ada_signed_in)

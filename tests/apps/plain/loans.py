"""JSON under /api, with error handlers of its own."""

from flask import Blueprint, abort, jsonify

__all__ = ["AllLentError", "loans"]

loans = Blueprint("loans", __name__, url_prefix="/api/loans")


class AllLentError(Exception):
    """No copy is left."""


@loans.errorhandler(404)
def not_found(error):
    return jsonify(loan_error=error.description), 404


@loans.errorhandler(AllLentError)
def all_lent(_):
    return jsonify(loan_error="all lent"), 409


@loans.get("/<int:loan_id>")
def get_loan(loan_id):
    if loan_id == 2:
        raise AllLentError
    if loan_id == 3:
        abort(410, "That loan is over.")
    abort(404, f"There is no loan {loan_id}.")

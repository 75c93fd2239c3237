"""What a visitor sees when something is wrong, whatever page it was."""

from flask import Blueprint, jsonify, render_template

__all__ = ["ClosedError", "errors"]

errors = Blueprint("errors", __name__)


class ClosedError(Exception):
    """The library is closed."""


@errors.app_errorhandler(404)
def not_found(error):
    return render_template("404.html", error=error), 404


@errors.app_errorhandler(500)
def server_error(_):
    return render_template("500.html"), 500


@errors.app_errorhandler(ClosedError)
def closed(_):
    return jsonify(closed=True), 503


@errors.get("/api/hours")
def hours():
    raise ClosedError


@errors.get("/hours")
def hours_page():
    raise ClosedError

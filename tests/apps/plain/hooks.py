"""What is done around each request."""

from flask import Blueprint, current_app, g, request, session

from apps.plain.models import Member, db

__all__ = ["hooks"]

hooks = Blueprint("hooks", __name__)


@hooks.before_app_request
def know_member():
    g.member = db.session.get(Member, session["member_id"]) if "member_id" in session else None


@hooks.after_app_request
def say_who_answers(response):
    response.headers["X-Library"] = request.endpoint or "nobody"
    return response


@hooks.app_context_processor
def site_name():
    return {"site_name": current_app.config["SITE_NAME"]}


@hooks.app_template_filter()
def shout(text):
    return f"{text.upper()}!"

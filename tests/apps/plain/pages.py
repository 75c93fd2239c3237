"""What people see in a browser."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    session,
    stream_with_context,
    url_for,
)

from apps.plain.models import Book, Member, db

__all__ = ["pages"]

pages = Blueprint("pages", __name__)


@pages.get("/")
def home():
    return render_template("home.html", books=Book.query.order_by(Book.title).all())


@pages.get("/books/<int:book_id>")
def book(book_id):
    return render_template("book.html", book=db.get_or_404(Book, book_id))


@pages.route("/login", methods=["GET", "POST"])
def log_in():
    if request.method == "POST":
        member = Member.query.filter_by(name=request.form["name"]).first()
        if member and member.has_password(request.form["password"]):
            session["member_id"] = member.id
            flash(f"Welcome, {member.name}.")
            return redirect(url_for("pages.account"))
        flash("That is not right.", "error")
    return render_template("login.html")


@pages.post("/logout")
def log_out():
    session.clear()
    return redirect(url_for("pages.home"))


@pages.get("/account")
def account():
    if "member_id" not in session:
        return redirect(url_for("pages.log_in", next=request.path))
    response = current_app.make_response(render_template("account.html"))
    response.set_cookie("seen", "account", max_age=3600, httponly=True, samesite="Lax")
    return response


@pages.post("/books/<int:book_id>/lend")
def lend(book_id):
    found = db.get_or_404(Book, book_id)
    found.member_id = session["member_id"]
    db.session.commit()
    flash(f"{found.title} is yours.")
    return redirect(url_for("pages.account"), code=303)


@pages.get("/shelf/")
def shelf():
    return "shelf"


@pages.get("/titles.csv")
def titles():
    @stream_with_context
    def lines():
        yield "title\r\n"
        for title in db.session.scalars(db.select(Book.title).order_by(Book.id)):
            yield f"{title}\r\n"

    return Response(lines(), mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=titles.csv"})


@pages.get("/terms")
def terms():
    return send_file("files/terms.txt", download_name="terms.txt", as_attachment=True)


@pages.get("/restricted")
def restricted():
    abort(403, "Members only.")


@pages.get("/teapot")
def teapot():
    abort(418)


@pages.get("/broken")
def broken():
    raise RuntimeError("the reason is none of the visitor's business")


@pages.get("/half")
def half():
    def lines():
        yield "the first half"
        raise RuntimeError("the disk is gone")

    return Response(lines())


@pages.get("/own-policy")
def own_policy():
    response = current_app.make_response("<script>1</script>")
    response.headers["Content-Security-Policy"] = "script-src 'unsafe-inline'"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response

"""A plain project: accounts, bookings between them, and labels; nothing of beastmode in it."""

import os

from flask import Flask, jsonify, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
migrate = Migrate()

labelled = db.Table(
    "labelled",
    db.Column("booking_id", db.ForeignKey("bookings.id", name="fk_labelled_booking"), primary_key=True),
    db.Column("label_id", db.ForeignKey("labels.id", name="fk_labelled_label"), primary_key=True),
)


class Account(db.Model):
    __tablename__ = "accounts"

    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(120), nullable=False)
    kind = db.Column(db.Enum("asset", "income", "cost", name="account_kind"), nullable=False, server_default="asset")
    parent_id = db.Column(db.ForeignKey("accounts.id", name="fk_accounts_parent"))
    limit = db.Column(db.Numeric(12, 2))
    note = db.Column(db.Text)
    __table_args__ = (
        db.UniqueConstraint("email", name="uq_accounts_email"),
        db.CheckConstraint('"limit" > 0', name="ck_accounts_limit"),
    )


class Booking(db.Model):
    __tablename__ = "bookings"

    id = db.Column(db.Integer, primary_key=True)
    from_id = db.Column(db.ForeignKey("accounts.id", name="fk_bookings_from"), nullable=False)
    to_id = db.Column(db.ForeignKey("accounts.id", name="fk_bookings_to"), nullable=False)
    amount = db.Column(db.Numeric(10, 2), nullable=False)
    booked_at = db.Column(db.DateTime, nullable=False)
    details = db.Column(db.JSON)
    is_open = db.Column(db.Boolean, nullable=False, server_default=db.true())
    __table_args__ = (db.Index("ix_bookings_booked_at", "booked_at"),)


class Label(db.Model):
    __tablename__ = "labels"

    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(30), nullable=False)


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///ledger.db")
    db.init_app(app)
    migrate.init_app(app, db)

    @app.get("/accounts")
    def accounts():
        found = db.session.execute(db.select(Account).order_by(Account.id)).scalars()
        return jsonify([{"id": account.id, "email": account.email, "kind": account.kind} for account in found])

    @app.get("/accounts/<int:account_id>")
    def account(account_id):
        found = db.get_or_404(Account, account_id)
        return jsonify({"id": found.id, "email": found.email, "limit": str(found.limit)})

    @app.post("/labels")
    def add_label():
        label = Label(name=request.get_json()["name"])
        db.session.add(label)
        db.session.commit()
        return jsonify({"id": label.id}), 201

    return app

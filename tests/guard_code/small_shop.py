"""A small project as people write them, which the labelled changes edit."""

FILES = {
    "shop/__init__.py": """
from flask import Flask
from flask_cors import CORS
from shop.extensions import db, mail, cache
from shop.orders import bp as orders
from shop.accounts import bp as accounts


def create_app():
    app = Flask(__name__)
    app.config.from_object("config.Production")
    db.init_app(app)
    mail.init_app(app)
    cache.init_app(app)
    CORS(app, origins=["https://shop.example.org"])
    app.register_blueprint(orders, url_prefix="/orders")
    app.register_blueprint(accounts)

    @app.before_request
    def refuse_strangers():
        if request.path.startswith("/admin") and not current_user.is_admin:
            abort(403)

    @app.after_request
    def protect(response):
        response.headers["X-Frame-Options"] = "DENY"
        return response

    return app
""",
    "shop/extensions.py": """
from flask_sqlalchemy import SQLAlchemy
from flask_mail import Mail
from flask_caching import Cache

db = SQLAlchemy()
mail = Mail()
cache = Cache()
""",
    "shop/models.py": """
from shop.extensions import db


class Order(db.Model):
    __tablename__ = "orders"
    id = db.Column(db.Integer, primary_key=True)
    number = db.Column(db.String(20), nullable=False)
    total = db.Column(db.Integer, nullable=False)
    note = db.Column(db.String(200))
    owner_id = db.Column(db.Integer, db.ForeignKey("users.id"))


class User(db.Model):
    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(120), unique=True, nullable=False)
""",
    "shop/schemas.py": """
from marshmallow import Schema, fields, validate


class OrderSchema(Schema):
    number = fields.Str(required=True, validate=validate.Length(max=20))
    total = fields.Int()
    note = fields.Str()
""",
    "shop/pricing.py": '''
def total_of(lines):
    """What the customer pays, in cents."""
    amount = 0
    for line in lines:
        amount += line.price * line.quantity
    return amount


def discount(amount):
    if amount > 10000:
        return amount - 500
    return amount
''',
    "shop/orders.py": """
from flask import Blueprint, abort, jsonify, request
from flask_login import current_user, login_required
from shop.extensions import db, cache
from shop.models import Order
from shop.pricing import total_of
from shop.schemas import OrderSchema

bp = Blueprint("orders", __name__)


@bp.route("/")
def list_orders():
    orders = Order.query.filter_by(owner_id=current_user.id).all()
    return jsonify({"orders": OrderSchema(many=True).dump(orders), "count": len(orders)})


@bp.route("/<int:order_id>")
@login_required
def show_order(order_id):
    order = Order.query.get_or_404(order_id)
    if order.owner_id != current_user.id:
        abort(403)
    return jsonify({"number": order.number, "total": order.total, "note": order.note})


@bp.route("/", methods=["POST"])
@login_required
def place_order():
    data = OrderSchema().load(request.get_json())
    order = Order(number=data["number"], total=total_of(data["lines"]))
    db.session.add(order)
    db.session.commit()
    return jsonify({"id": order.id}), 201
""",
    "shop/accounts.py": """
import jwt
from flask import Blueprint, current_app, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash
from shop.models import User

bp = Blueprint("accounts", __name__)


@bp.route("/login", methods=["POST"])
def login():
    user = User.query.filter_by(email=request.json["email"]).first()
    if user is None or not check_password_hash(user.password, request.json["password"]):
        return jsonify({"error": "wrong"}), 401
    return jsonify({"token": issue_token(user.id)})


def issue_token(user_id):
    return jwt.encode({"sub": str(user_id)}, current_app.config["SECRET_KEY"], algorithm="HS256")


def read_token(text):
    payload = jwt.decode(text, current_app.config["SECRET_KEY"], algorithms=["HS256"])
    return payload["sub"]
""",
    "shop/messages.py": """
from flask_mail import Message
from shop.extensions import mail


def send_receipt(order, address):
    message = Message("Your order", recipients=[address])
    message.body = f"Thank you for order {order.number}."
    mail.send(message)
""",
    "shop/files.py": """
import os
from flask import Blueprint, current_app, jsonify, request
from werkzeug.utils import secure_filename

bp = Blueprint("files", __name__)


@bp.route("/pictures", methods=["POST"])
def upload_picture():
    file = request.files["file"]
    name = secure_filename(file.filename)
    file.save(os.path.join(current_app.config["UPLOAD_FOLDER"], name))
    return jsonify({"name": name}), 201
""",
    "shop/billing.py": """
import stripe
from flask import current_app


def charge(order, token):
    stripe.api_key = current_app.config["STRIPE_KEY"]
    return stripe.Charge.create(amount=order.total, currency="eur", source=token)
""",
    "shop/weather.py": """
import requests


def temperature(city):
    answer = requests.get("https://weather.example.org/v1", params={"city": city}, timeout=3)
    return answer.json()["temperature"]
""",
    "shop/tasks.py": """
from celery import shared_task
from shop.messages import send_receipt


@shared_task
def remind(order_id):
    return order_id
""",
    "config.py": """
import os


class Production:
    SECRET_KEY = os.environ["SECRET_KEY"]
    SQLALCHEMY_DATABASE_URI = os.environ["DATABASE_URL"]
    SESSION_COOKIE_SECURE = True
    ITEMS_PER_PAGE = 20
    UPLOAD_FOLDER = "/var/uploads"


class Testing(Production):
    TESTING = True
""",
    "requirements.txt": "flask==3.0.0\nsqlalchemy==2.0.30\n",
    "tests/test_orders.py": """
def test_an_order_is_shown(client):
    answer = client.get("/orders/1")

    assert answer.status_code == 200
    assert answer.json["total"] == 3


def test_orders_are_listed_and_placed(client):
    assert client.get("/orders/").status_code == 200
    assert client.post("/orders/", json={}).status_code == 201


def test_people_sign_in(client):
    assert client.post("/login", json={"email": "a@example.org", "password": "x"}).status_code == 200
    assert read_token(issue_token(3)) == "3"


def test_pictures_and_money_and_mail(client):
    client.post("/pictures")
    charge(order, "tok")
    send_receipt(order, "a@example.org")
    assert temperature("Bern") == 3
""",
}


def edited(*edits):
    """The project after edits: (path, old text, new text), or (path, None, whole text)."""
    files = dict(FILES)
    for path, old, new in edits:
        if old is None:
            files[path] = new
        else:
            assert old in files[path], f"{path} has no {old!r}"
            files[path] = files[path].replace(old, new)
    return files

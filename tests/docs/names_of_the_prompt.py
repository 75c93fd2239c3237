"""Every name of the prompt that docs/why/from-the-prompt.md maps, in its order, with what beastmode does not have."""

# Helpers, classes and their methods and attributes, functions, fixtures, tests.
CODE = """
_cache
quick_cache
require_auth
dev_token_12345
app
User
User.__tablename__
User.id
User.email
User.created_at
User.profile_id
User.is_active
User.profile
User.posts
User.query
Post
Post.comments
Profile
UserSchema
UserProfileSchema
ProfileSchema
get_users_v1
get_users_v2
upgrade
downgrade
risky_migration
profile_data
email_new
UserService
UserService.get_user
UserService.get_user_with_profile
UserService.get_active_users
get_user_legacy
get_user_enhanced
validate_json
g.json_data
paginate_query
safe_transaction
APIResponse
APIResponse.success
APIResponse.error
APIResponse.validation_error
SimpleRateLimit
SimpleRateLimit.requests
SimpleRateLimit.is_allowed
rate_limiter
rate_limit
Config
create_app
app.config.from_object
db
db.Model
db.session
db.init_app
db.create_all
db.drop_all
migrate
migrate.init_app
setup_error_handlers
handle_validation_error
handle_not_found
handle_internal_error
handle_http_exception
log_request
log_response
client
sample_user
TestConfig
APITestHelper
APITestHelper.client
APITestHelper.auth_token
APITestHelper.login
APITestHelper.get
APITestHelper.post
test_user_registration
test_user_registration_duplicate_email
test_password_reset
app.services.email_service.send_email
test_rate_limiting
test_database_migration
test_query_performance
AuthService
AuthService.hash_password
AuthService.verify_password
AuthService.generate_token
AuthService.verify_token
ValidationService
ValidationService.sanitize_string
ValidationService.validate_email
ValidationService.validate_password_strength
setup_security
security_headers
cache
init_cache
cache_key_func
cached_response
QueryOptimizer
QueryOptimizer.get_user_with_relations
QueryOptimizer.paginate_with_count
celery
init_celery
send_email_async
process_file_upload
setup_logging
""".strip().splitlines()

ROUTES = """
GET /api/v1/users
GET /api/v2/users
GET /api/users
GET /api/users/<int:user_id>
GET /api/v2/users/<int:user_id>
POST /api/auth/register
POST /api/auth/login
POST /api/auth/reset-password
/health
""".strip().splitlines()

# Keys of Config, of the extensions' configuration, and environment variables.
CONFIGURATION = """
DATABASE_URL
SQLALCHEMY_DATABASE_URI
SQLALCHEMY_TRACK_MODIFICATIONS
SECRET_KEY
JWT_SECRET_KEY
JWT_EXPIRES_HOURS
JWT_ACCESS_TOKEN_EXPIRES
API_VERSION
MAX_CONTENT_LENGTH
REDIS_URL
CACHE_TYPE
MAIL_SERVER
MAIL_PORT
MAIL_USE_TLS
MAIL_USERNAME
MAIL_PASSWORD
ENABLE_REGISTRATION
ENABLE_PASSWORD_RESET
DEBUG
DEBUG_MODE
CACHE_REDIS_URL
CACHE_DEFAULT_TIMEOUT
broker_url
result_backend
task_serializer
accept_content
result_serializer
timezone
enable_utc
origins
maxBytes
backupCount
logs/backend.log
""".strip().splitlines()

# What comes over the wire: bodies, claims, headers, and the lines of the log.
SHAPES = """
{"success": true, "message": "Success", "data": ...}
{"success": false, "message": "An error occurred", "details": ...}
{"success": false, "message": "Validation failed", "details": ...}
{"success": false, "message": "Resource not found"}
{"success": false, "message": "Internal server error"}
{"details": {"traceback": ...}}
{"error": "Authentication required"}
{"error": "Invalid token"}
{"error": "Content-Type must be application/json"}
{"error": "Missing required fields", "missing_fields": [...]}
{"error": "Rate limit exceeded"}
[{"id", "email", "created_at"}]
{"users": [...], "total": ..., "version": "2.0"}
{"items": [...], "pagination": {...}}
pagination.page
pagination.per_page
pagination.total
pagination.pages
pagination.has_next
pagination.has_prev
pagination.next_page
pagination.prev_page
{"items": [...], "total", "page", "per_page", "pages"}
data.id
data.token
"already exists"
{"user_id", "exp", "iat"}
Authorization: Bearer
{"success": true, "message": "Email sent successfully"}
{"success": true, "processed_file": ...}
{"success": false, "error": ...}
X-Content-Type-Options
X-Frame-Options
X-XSS-Protection
Strict-Transport-Security
GET /path from 203.0.113.7
Response: 200
""".strip().splitlines()

# What it asks of the way of work, in its own headings.
WAYS = """
AUTONOMOUS OPERATION PRINCIPLES
WORKFLOW METHODOLOGY
web_fetch
web_search
todo list
Safety-First Backend Development
Smart Technical Debt Management
Database Migration Safety
SAFE EDITS
CAUTIOUS EDITS
DANGEROUS EDITS
Incremental Implementation Strategy
""".strip().splitlines()

EVERY_NAME = [*CODE, *ROUTES, *CONFIGURATION, *SHAPES, *WAYS]

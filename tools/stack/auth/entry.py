"""The ways in: sign-up, sign-in, refreshed sessions, and codes sent by mail."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from tools.stack.auth import accounts, answers, codes, passwords, pkce, sessions
from tools.stack.auth.accounts import Account, NewAccount
from tools.stack.auth.call import Call
from tools.stack.auth.codes import Letter, Purpose
from tools.stack.auth.errors import EMAIL_EXISTS, AuthError, invalid
from tools.stack.auth.pkce import Challenge

SIGN_UP_DISABLED = AuthError(422, "signup_disabled", "Signups not allowed for this instance")
WRONG_PASSWORD = AuthError(400, "invalid_credentials", "Invalid login credentials")
ONE_OF_TWO = "Confirmation link accepted. Please proceed to confirm link sent to the other email"
PURPOSES: dict[str, tuple[Purpose, ...]] = {
    "signup": ("confirmation",),
    "invite": ("confirmation",),
    "recovery": ("recovery",),
    "magiclink": ("recovery",),
    "email": ("confirmation", "recovery"),
    "email_change": ("email_change_current", "email_change_new"),
}
"""Which codes each type of verification takes."""


def sign_up(call: Call) -> dict[str, Any]:
    """Create a user. The answer is a session, or the user if they have to confirm their email first."""
    settings, email = call.service.settings, call.email()
    if not settings.sign_up:
        raise SIGN_UP_DISABLED
    if call.text("phone"):
        raise AuthError(400, "phone_provider_disabled", "Phone signups are disabled")
    data = call.object("data") or {}
    if not email and not call.text("password"):
        return _sign_up_anonymously(call, data)
    if not call.text("password"):
        raise invalid("Signup requires a valid password")
    passwords.check(call.text("password"), settings)
    if not email:
        raise invalid("Sign up only available with email provider")
    new = NewAccount(email, call.text("password"), confirmed=not settings.confirm_email, user_metadata=data)
    account = accounts.create(call.connection, new)
    if account is None:
        return _sign_up_again(call, email, data)
    if settings.confirm_email:
        _send_confirmation(call, account, email)
        return answers.user_json(call.connection, account)
    return call.session_json(sessions.start(call.connection, account, "password"))


def _sign_up_anonymously(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    if not call.service.settings.anonymous:
        raise AuthError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    account = accounts.create(call.connection, NewAccount(None, None, user_metadata=data))
    assert account is not None
    return call.session_json(sessions.start(call.connection, account, "anonymous"))


def _sign_up_again(call: Call, email: str, data: dict[str, Any]) -> dict[str, Any]:
    account = accounts.find_by_email(call.connection, email)
    if not call.service.settings.confirm_email:
        raise AuthError(422, "user_already_exists", "User already registered")
    if account is None or account.email_confirmed_at is not None:
        return answers.user_in_disguise(email, data)
    _send_confirmation(call, account, email)
    return answers.user_json(call.connection, account)


def _send_confirmation(call: Call, account: Account, email: str) -> None:
    _send(call, account, Letter("confirmation", "signup", email, call.query.get("redirect_to")))


def token(call: Call) -> dict[str, Any]:
    """Sign in with a password or with the code of a link, or refresh a session."""
    grants = {"password": _by_password, "refresh_token": _by_refresh_token, "pkce": _by_code_of_link}
    grant = grants.get(call.query.get("grant_type", ""))
    if grant is None:
        raise AuthError(400, "invalid_credentials", "unsupported_grant_type")
    return grant(call)


def _by_password(call: Call) -> dict[str, Any]:
    email, password = call.text("email"), call.text("password")
    if not email:
        raise invalid("missing email or phone")
    account = accounts.find_by_email(call.connection, email)
    if account is None or not account.has_password(password):
        raise WRONG_PASSWORD
    if account.email_confirmed_at is None:
        raise AuthError(400, "email_not_confirmed", "Email not confirmed")
    session = call.session_json(sessions.start(call.connection, account, "password"))
    weak = passwords.weakness(password, call.service.settings)
    return session if weak is None else session | {"weak_password": weak}


def _by_refresh_token(call: Call) -> dict[str, Any]:
    session = sessions.refresh(call.connection, call.text("refresh_token"), call.service.settings.reuse_interval)
    return call.session_json(session)


def _by_code_of_link(call: Call) -> dict[str, Any]:
    account = pkce.redeem(call.connection, call.text("auth_code"), call.text("code_verifier"))
    return call.session_json(sessions.start(call.connection, account, "otp"))


def send_link(call: Call) -> dict[str, Any]:
    """Send a link to sign in with. Creates the user if there is none, unless the client says not to."""
    email = call.email()
    if not email:
        raise invalid("One of email or phone must be set")
    account = accounts.find_by_email(call.connection, email)
    if account is None:
        if call.body.get("create_user") is False or not call.service.settings.sign_up:
            raise AuthError(422, "otp_disabled", "Signups not allowed for otp")
        confirmed = not call.service.settings.confirm_email
        new = NewAccount(email, None, confirmed=confirmed, user_metadata=call.object("data"))
        account = accounts.create(call.connection, new)
        assert account is not None
    if account.email_confirmed_at is None:
        _send_confirmation(call, account, email)
    else:
        _send_recovery(call, account, email, "magiclink")
    return {}


def recover(call: Call) -> dict[str, Any]:
    """Send a link to choose a new password. The answer does not tell whether there is such a user."""
    email = call.email()
    if not email:
        raise invalid("Password recovery requires an email")
    account = accounts.find_by_email(call.connection, email)
    if account is not None:
        _send_recovery(call, account, email, "recovery")
    return {}


def _send_recovery(call: Call, account: Account, email: str, mail_type: str) -> None:
    _send(call, account, Letter("recovery", mail_type, email, call.query.get("redirect_to")))


def resend(call: Call) -> dict[str, Any]:
    """Send the mail of a sign-up or of a new email again."""
    mail_type, email = call.text("type"), call.email()
    if mail_type not in ("signup", "email_change"):
        raise invalid("Missing one of these types: signup, email_change, sms, phone_change")
    if not email:
        raise invalid("Type provided requires an email address")
    account = accounts.find_by_email(call.connection, email)
    if account is None:
        return {}
    if mail_type == "signup" and account.email_confirmed_at is None:
        _send_confirmation(call, account, email)
    if mail_type == "email_change":
        change = codes.waiting(call.connection, account.id).get("email_change_new")
        if change is not None:
            send_email_change(call, account, change.email)
    return {}


def send_email_change(call: Call, account: Account, email: str) -> None:
    """Send a code to the new email and, if the settings want both, to the present one."""
    redirect_to = call.query.get("redirect_to")
    _send(call, account, Letter("email_change_new", "email_change", email, redirect_to))
    if account.email is not None and call.service.settings.confirm_both_emails:
        _send(call, account, Letter("email_change_current", "email_change", account.email, redirect_to))


def _send(call: Call, account: Account, letter: Letter) -> None:
    challenge = pkce.challenge(call.text("code_challenge_method"), call.text("code_challenge"))
    call.service.codes.send(call.connection, account, letter._replace(challenge=challenge))


def verify(call: Call) -> dict[str, Any]:
    """Exchange a code, or the hash that its link has, for a session."""
    code, token_hash = call.text("token"), call.text("token_hash")
    if bool(code) == bool(token_hash):
        raise invalid("Verify requires either a token or a token hash")
    if code:
        email = call.email()
        if not email:
            raise invalid("Only an email address or phone number should be provided on verify")
        token_hash = codes.hash_of(email, code)
    verified = _verified(call, call.text("type"), token_hash, "Token has expired or is invalid")
    if verified is None:
        return {"code": "200", "msg": ONE_OF_TWO}
    account, _ = verified
    return call.session_json(sessions.start(call.connection, account, "otp"))


def follow_link(call: Call) -> str:
    """The URL to which the link in a mail leads: with a session or an error behind the #, or with PKCE in the query."""
    target = call.service.settings.redirect(call.query.get("redirect_to"))
    mail_type, token = call.query.get("type", ""), call.query.get("token", "")
    in_query = "&" if urlsplit(target).query else "?"
    try:
        verified = _verified(call, mail_type, token, "Email link is invalid or has expired")
    except AuthError as error:
        kind = {400: "invalid_request", 401: "unauthorized_client", 403: "access_denied"}.get(
            error.status, "server_error"
        )
        details = urlencode({"error": kind, "error_code": error.code, "error_description": error.message})
        return f"{target}{in_query}{details}#{details}" if token.startswith(pkce.PREFIX) else f"{target}#{details}"
    if verified is None:
        return f"{target}#{urlencode({'message': ONE_OF_TWO})}"
    account, challenge = verified
    if challenge is not None:
        return f"{target}{in_query}{urlencode({'code': pkce.issue(call.connection, account, challenge)})}"
    shown = call.session_json(sessions.start(call.connection, account, "otp"))
    names = ("access_token", "expires_at", "expires_in", "refresh_token", "token_type")
    return f"{target}#{urlencode({**{name: shown[name] for name in names}, 'type': mail_type})}"


def _verified(call: Call, mail_type: str, token_hash: str, message: str) -> tuple[Account, Challenge | None] | None:
    """The user whose code it is, and the challenge of who asked for it; None while the other of two emails has to be
    confirmed, too.
    """
    if not mail_type:
        raise invalid("Verify requires a verification type")
    if mail_type not in PURPOSES:
        raise invalid("Invalid email verification type")
    sent = call.service.codes.spend(call.connection, token_hash, PURPOSES[mail_type])
    account = None if sent is None else accounts.find(call.connection, sent.user_id)
    if sent is None or account is None:
        raise AuthError(403, "otp_expired", message)
    if not sent.purpose.startswith("email_change"):
        return _confirmed(call, account, account.email), sent.challenge
    waiting = codes.waiting(call.connection, account.id)
    if sent.purpose == "email_change_new" and "email_change_current" in waiting:
        codes.keep(call.connection, account.id, "email_change_confirmed", sent.email)
        return None
    if sent.purpose == "email_change_current" and "email_change_new" in waiting:
        return None
    email = sent.email if sent.purpose == "email_change_new" else waiting["email_change_confirmed"].email
    if accounts.find_by_email(call.connection, email) is not None:
        raise EMAIL_EXISTS
    return _confirmed(call, account, email), sent.challenge


def _confirmed(call: Call, account: Account, email: str | None) -> Account:
    codes.forget(call.connection, account.id)
    return accounts.confirm(call.connection, account, email)

"""How many requests Supabase Auth answers. All come from this machine, so they count together."""

from collections import defaultdict, deque
from time import monotonic

from tools.stack.auth.errors import AuthError
from tools.stack.auth.settings import AuthSettings

FIVE_MINUTES, HOUR = 300, 3600


class Limits:
    """Counts requests and mails in the memory of this process."""

    def __init__(self, settings: AuthSettings) -> None:
        sign_ins, verifications = settings.sign_ins_in_five_minutes, settings.verifications_in_five_minutes
        self._requests = {
            "/signup": sign_ins,
            "/otp": sign_ins,
            "/recover": sign_ins,
            "/resend": sign_ins,
            "/verify": verifications,
            "/token": settings.tokens_in_five_minutes,
        }
        self._mails = settings.mails_an_hour
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)

    def count_request(self, path: str) -> None:
        """Count a request. Raises AuthError if it is one too many."""
        if path in self._requests and not self._is_within(path, self._requests[path], FIVE_MINUTES):
            raise AuthError(429, "over_request_rate_limit", "Request rate limit reached")

    def count_mail(self) -> None:
        """Count a mail. Raises AuthError if it is one too many."""
        if not self._is_within("mail", self._mails, HOUR):
            raise AuthError(429, "over_email_send_rate_limit", "email rate limit exceeded")

    def _is_within(self, what: str, quota: int, seconds: int) -> bool:
        times, now = self._times[what], monotonic()
        while times and times[0] <= now - seconds:
            times.popleft()
        if len(times) >= quota:
            return False
        times.append(now)
        return True

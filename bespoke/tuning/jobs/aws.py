"""The way to AWS: clients made late, and every error of theirs told in one line without secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bespoke.claude.sending.backend import Forbidden
from bespoke.claude.sending.destination import keep_loopback_direct, refuse_plain_http
from bespoke.errors import BespokeError, printable

INSTALL = 'boto3 is not installed; install the extra: pip install "bespoke-workbook[aws]"'
SIGN_IN = "sign in again, for example with `aws sso login`"
EXPIRED = {
    "ExpiredTokenException", "ExpiredToken", "RequestExpired", "TokenRefreshRequired", "InvalidClientTokenId",
    "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch",
}  # fmt: skip
THROTTLED = {"ThrottlingException", "TooManyRequestsException", "SlowDown", "ServiceUnavailableException"}
MISSING = {"ResourceNotFoundException", "NoSuchKey", "NoSuchBucket", "404", "NotFound", "NoSuchUpload"}
_SECRETS = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b"  # access key ids
    r"|(?:X-Amz-(?:Security-Token|Signature|Credential)|aws_secret_access_key|aws_session_token|Authorization)"
    r"\s*[=:]\s*\S+"
    r"|(?<![A-Za-z0-9/+=:-])[A-Za-z0-9/+]{40,}={0,2}(?![A-Za-z0-9/+=:-])",  # secret keys and session tokens
    re.IGNORECASE,
)
OF_A_FAILURE = 80  # characters of what a failing service says of itself
LONGEST = 400  # characters of AWS's own words


@dataclass(frozen=True)
class Aws:
    """Clients of one account in one region."""

    account: str
    region: str
    bedrock: Any
    runtime: Any
    s3: Any


Connect = Callable[[str, str], Aws]  # region, profile of ~/.aws/config ("" for the default)


def connect(region: str, aws_profile: str = "") -> Aws:
    """Clients with the user's own credentials, which are never read or kept here. Asks AWS who we are."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise BespokeError(INSTALL) from error
    try:
        session = boto3.Session(region_name=region, profile_name=aws_profile or None)
    except BotoCoreError as error:
        raise BespokeError(scrub(str(error))) from error
    return clients(session, region)


def clients(session: Any, region: str) -> Aws:
    """Clients of a boto3 session, once AWS has said whose they are."""
    from botocore.config import Config

    patient = Config(retries={"mode": "standard", "max_attempts": 6}, connect_timeout=10, read_timeout=120)
    keep_loopback_direct()

    def client(service: str) -> Any:
        return encrypted(session.client(service, region_name=region, config=patient))

    with aws_errors("who we are", region):
        account = client("sts").get_caller_identity()["Account"]
        return Aws(str(account), region, client("bedrock"), client("bedrock-runtime"), client("s3"))


def encrypted(client: Any) -> Any:
    """The client, unless it would speak to another machine in the clear: then BespokeError."""
    try:
        refuse_plain_http(client.meta.endpoint_url)
    except Forbidden as error:
        raise BespokeError(str(error)) from None
    return client


@contextmanager
def aws_errors(what: str, region: str = "") -> Iterator[None]:
    """Turns an error of AWS into one line that says what was asked, why it failed and what to do."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        NoCredentialsError,
        NoRegionError,
        PartialCredentialsError,
        TokenRetrievalError,
    )

    try:
        yield
    except ClientError as error:
        raise BespokeError(_client_error(what, error.response, region)) from None
    except (NoCredentialsError, PartialCredentialsError):
        raise BespokeError(f"no AWS credentials found; {SIGN_IN}") from None
    except TokenRetrievalError:
        raise BespokeError(f"the AWS sign-in has expired; {SIGN_IN}") from None
    except (ConnectionError, NoRegionError) as error:
        raise BespokeError(f"AWS: {what}: cannot be reached: {scrub(str(error))}") from None
    except (BotoCoreError, Boto3Error) as error:
        raise BespokeError(f"AWS: {what}: {scrub(str(error))}") from None


def is_missing(error: Exception) -> bool:
    """Whether an error of AWS says that there is no such thing."""
    response = getattr(error, "response", None)
    return isinstance(response, Mapping) and str(response.get("Error", {}).get("Code")) in MISSING


def found(call: Callable[..., Any], **arguments: Any) -> dict[str, Any] | None:
    """What AWS says about a thing, or None when there is no such thing. Other errors pass through."""
    from botocore.exceptions import ClientError

    try:
        answer: dict[str, Any] = call(**arguments)
        return answer
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def pages(call: Callable[..., Any], key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Every entry of a listing, over all its pages."""
    token: str | None = None
    while True:
        answer = call(**arguments, **({"nextToken": token} if token else {}))
        yield from answer.get(key, ())
        token = answer.get("nextToken")
        if not token:
            return


def scrub(text: str) -> str:
    """One line of AWS's words without anything that looks like a key, token or signature."""
    clean = printable(_SECRETS.sub("(hidden)", " ".join(text.split())))
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]} …"


def status_of(response: Mapping[str, Any]) -> int:
    """The HTTP status of an answer; 0 where it has none."""
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)


def _client_error(what: str, response: Mapping[str, Any], region: str) -> str:
    error = response.get("Error", {})
    code, message = str(error.get("Code", "")), scrub(str(error.get("Message", "")))
    if code in EXPIRED:
        return f"AWS does not take the credentials (expired or wrong); {SIGN_IN}"
    if code in THROTTLED:
        return f"AWS: {what}: too many requests, also after waiting; run the same command again later"
    status = status_of(response)
    if status >= 500 or code in ("500", "InternalServerException", "InternalFailure", "ServiceException"):
        said = scrub(re.sub(r"<[^>]*>", " ", message))[:OF_A_FAILURE].rstrip() or code
        return (
            f"AWS: {what}: failed on AWS's side ({status or code}: {said}); run the same command again later"
        )
    if code.startswith("AccessDenied"):
        return f"AWS: {what}: not allowed: {message}"
    if code in (
        "PermanentRedirect",
        "301",
        "IllegalLocationConstraintException",
        "AuthorizationHeaderMalformed",
    ):
        return f"AWS: {what}: the bucket is in another region; use one in {region or 'the region of the job'}"
    return f"AWS: {what}: {message or code}"

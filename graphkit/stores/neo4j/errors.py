"""Errors of Neo4j and its driver, as graphkit words them."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import walk_tb

import neo4j.exceptions as failures

from graphkit.errors import GraphkitError, StoreError, Unreachable, UsageError, one_line
from graphkit.stores.neo4j.uris import without_secrets

OUT_OF_MEMORY = (
    "the statement needs more memory than Neo4j gives one, and was ended; ask for less, or sort "
    "and collect fewer rows (of a server of graphkit's: graphkit neo4j start "
    "--transaction-memory MIB)"
)


@contextmanager
def translate_errors(uri: str, database: str | None, prefix: str = "") -> Iterator[None]:
    """Raise the driver's errors as graphkit's, with places as without a prefix of the statement.

    Raises
    ------
    StoreError
        The server refused a statement, or failed it.
    Unreachable
        It is not there, does not let us in, or does not speak Bolt as it should.
    UsageError
        The parameters of a statement cannot be sent.
    """
    try:
        yield
    except GraphkitError:
        raise
    except failures.AuthError as error:
        raise Unreachable(f"{uri} refuses the user or password") from error
    except (failures.ServiceUnavailable, failures.SessionExpired, OSError) as error:
        raise Unreachable(f"cannot reach Neo4j at {uri}: {_reason(error)}") from error
    except failures.ConfigurationError as error:
        words = without_secrets(_server_words(error))
        raise Unreachable(f"cannot use the URI {uri}: {words}") from error
    except failures.ClientError as error:
        if "CredentialsExpired" in (error.code or ""):
            raise Unreachable(f"{uri} wants the password changed first") from error
        if "DatabaseNotFound" in (error.code or ""):
            raise Unreachable(f"{uri} has no database {database!r}") from error
        raise StoreError(f"Neo4j refused the statement: {_server_words(error, prefix)}") from error
    except (failures.Neo4jError, failures.DriverError) as error:
        raise StoreError(f"Neo4j failed: {_server_words(error)}") from error
    except Exception as error:
        # The driver trusts what it reads: other bytes than a server's can raise anything in it.
        modules, functions = _raised_in(error)
        if "append_message" in functions:
            raise UsageError(
                f"Neo4j cannot take these parameters: {_server_words(error)}"
            ) from error
        if not any(module.startswith("neo4j.") for module in modules):
            raise
        message = f"{type(error).__name__}: {_server_words(error)}"
        raise Unreachable(f"{uri} does not speak as Neo4j does: {message}") from error


def _reason(error: BaseException) -> str:
    """Find why a connection failed: the driver's own words are vague."""
    telling = error
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            message = cause.verify_message
            return f"its certificate is not trusted: {message} (a scheme with +ssc takes any)"
        if isinstance(cause, ssl.SSLError):
            return f"it does not speak TLS: {cause.reason} (a scheme without +s does without)"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        if isinstance(cause, failures.DriverError):
            telling = cause
    return _server_words(telling)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__


def _raised_in(error: Exception) -> tuple[list[str], list[str]]:
    """Return the modules and functions that an error was raised in."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    modules = [str(frame.f_globals.get("__name__")) for frame in frames]
    return modules, [frame.f_code.co_name for frame in frames]


def _server_words(error: BaseException, prefix: str = "") -> str:
    """Return the server's message, with the place in the statement before it."""
    server_message = error.message if isinstance(error, failures.Neo4jError) else ""
    message = one_line(Exception(server_message or str(error) or type(error).__name__))
    if match := re.search(r' \(line (\d+), column (\d+) \(offset: \d+\)\)(?: ".*" \^)?$', message):
        column = int(match[2]) - len(prefix) * (match[1] == "1")
        message = f"line {match[1]}, column {column}: {message[: match.start()]}"
    return message[:500]

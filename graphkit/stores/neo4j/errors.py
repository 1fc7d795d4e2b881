"""What goes wrong with a Neo4j server, in graphkit's words; never with the password in them."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import walk_tb

import neo4j.exceptions as failures

from graphkit.errors import GraphkitError, StoreError, Unreachable, UsageError
from graphkit.errors import one_line as in_one_line


@contextmanager
def told(uri: str, database: str | None) -> Iterator[None]:
    """Raise the driver's errors as graphkit's.

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
        raise Unreachable(f"cannot use the URI {uri}: {one_line(error)}") from error
    except failures.ClientError as error:
        if "CredentialsExpired" in (error.code or ""):
            raise Unreachable(f"{uri} wants the password changed first") from error
        if "DatabaseNotFound" in (error.code or ""):
            raise Unreachable(f"{uri} has no database {database!r}") from error
        raise StoreError(f"Neo4j refused the statement: {one_line(error)}") from error
    except (failures.Neo4jError, failures.DriverError) as error:
        raise StoreError(f"Neo4j failed: {one_line(error)}") from error
    except Exception as error:
        # The driver trusts what it reads: other bytes than a server's can raise anything in it.
        modules, functions = _raised_in(error)
        if "append_message" in functions:
            raise UsageError(f"Neo4j cannot take these parameters: {one_line(error)}") from error
        if not any(module.startswith("neo4j.") for module in modules):
            raise
        said = f"{type(error).__name__}: {one_line(error)}"
        raise Unreachable(f"{uri} does not speak as Neo4j does: {said}") from error


def _reason(error: BaseException) -> str:
    """What made a connection fail: the driver tells it from a distance, or not at all."""
    said = error
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = cause.verify_message
            return f"its certificate is not trusted: {why} (a scheme with +ssc takes any)"
        if isinstance(cause, ssl.SSLError):
            return f"it does not speak TLS: {cause.reason} (a scheme without +s does without)"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        if isinstance(cause, failures.DriverError):
            said = cause
    return one_line(said)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__


def _raised_in(error: Exception) -> tuple[list[str], list[str]]:
    """Modules and functions that were at work when an error was raised."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    modules = [str(frame.f_globals.get("__name__")) for frame in frames]
    return modules, [frame.f_code.co_name for frame in frames]


def one_line(error: BaseException) -> str:
    """The server's words, with the place in the statement before them."""
    own = error.message if isinstance(error, failures.Neo4jError) else ""
    message = in_one_line(Exception(own or str(error) or type(error).__name__))
    if match := re.search(r' \(line (\d+), column (\d+) \(offset: \d+\)\)(?: ".*" \^)?$', message):
        message = f"line {match[1]}, column {match[2]}: {message[: match.start()]}"
    return message[:500]

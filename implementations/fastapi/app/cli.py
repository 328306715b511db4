"""The commands of `run`."""

import argparse
import logging
import os
import sys

import uvicorn
from fastapi import HTTPException
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.accounts import get_password_hash, insert_user
from app.logs import configure_logging
from app.migrating import STEPS, migrate
from app.settings import settings
from app.storage import engine
from app.validation import Registration

log = logging.getLogger(__name__)


def main() -> None:
    """Run the command that the arguments name."""
    parser = argparse.ArgumentParser(prog="run")
    verbs = parser.add_subparsers(required=True, dest="verb")
    verb = verbs.add_parser("migrate", help="create or update the tables")
    verb.add_argument(
        "step", nargs="?", choices=[*STEPS, "head"], default="head"
    )
    verbs.add_parser("serve", help="answer requests")
    verb = verbs.add_parser("create-admin", help="create an administrator")
    verb.add_argument("name")
    arguments = parser.parse_args()
    configure_logging()
    match arguments.verb:
        case "migrate":
            migrate(arguments.step)
        case "serve":
            run_serve()
        case "create-admin":
            run_create_admin(arguments.name)


def run_serve() -> None:
    """Answer requests until told to stop."""
    if "secret_key" not in settings.model_fields_set:
        if not is_loopback(settings.host):
            sys.exit("SECRET_KEY must be set to serve other machines.")
        log.warning("SECRET_KEY is not set: sessions end with the process")
        os.environ["SECRET_KEY"] = settings.secret_key  # for the workers
    if settings.secure_cookies and not settings.trusted_proxies:
        log.warning("TRUSTED_PROXIES is not set: all clients count as one")
    uvicorn.run(
        "app.main:app",
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        # httptools limits no head and takes a body for a request of its own
        # when it stands behind `Upgrade`.
        http="h11",
        ws="none",
        forwarded_allow_ips=list(map(str, settings.trusted_proxies)),
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=7,
        timeout_worker_healthcheck=8,  # a busy machine starts them slowly
    )


def is_loopback(host: str) -> bool:
    """Tell whether an address is reached from this machine only."""
    return host in ("localhost", "127.0.0.1", "::1")


def run_create_admin(name: str) -> None:
    """Create an administrator, with the password from standard input."""
    password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    try:
        fields = Registration(username=name, password=password)
        password = get_password_hash(fields.password)
        with Session(engine) as session:
            insert_user(session, fields.username, password, admin=True)
            session.commit()
    except (ValidationError, HTTPException) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

"""Try to break implementations with requests made from the OpenAPI file.

Usage: python -m tests.fuzzing.description stdlib flask …

Runs Schemathesis (https://schemathesis.io) against a fresh server of each,
with a fixed seed, and exits with 1 if it finds anything in any of them.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.support import client, servers

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "unsupported_method",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
)
EXAMPLES = 40
SECONDS = 900
TOO_LONG = 124
SEED = 20


def main(implementations: list[str]) -> int:
    """Fuzz one after the other; return the exit status."""
    for name in implementations:
        if not servers.run_file(name).exists():
            print(f"{name}: no implementations/{name}/run", file=sys.stderr)
            return 2
    results = [fuzz(name) for name in implementations]
    return 0 if results and not any(results) else 1


def fuzz(implementation: str) -> int:
    """Fuzz a fresh server; return Schemathesis' exit status."""
    with servers.Server(implementation) as server:
        print(f"== {implementation}", flush=True)
        for _ in range(200):  # an id that no generator of numbers guesses
            client.register(server.url)
        done = server.run("create-admin", "fuzz_admin", input=client.PASSWORD)
        if done.returncode:
            print(f"create-admin: exit {done.returncode}: {done.stderr}")
            return done.returncode
        return run(
            [
                Path(sys.executable).with_name("schemathesis"),
                "--config-file",
                os.devnull,
                "run",
                ROOT / "spec" / "openapi.yaml",
                f"--url={server.url}",
                f"--checks={','.join(CHECKS)}",
                f"--max-examples={EXAMPLES}",
                f"--seed={SEED}",
                "--generation-database=none",
                "--continue-on-failure",
                "--request-timeout=10",
                "--warnings=off",
                "--no-color",
            ],
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "SCHEMATHESIS_HOOKS": "tests.fuzzing.hooks",
                "FUZZ_URL": server.url,
                "FUZZ_ADMIN": "fuzz_admin",
            },
        )


def run(command: list[str | Path], env: dict[str, str]) -> int:
    """Run a program; return its exit status, or that it took too long."""
    try:
        return subprocess.run(command, env=env, timeout=SECONDS).returncode
    except subprocess.TimeoutExpired:
        print(f"not done after {SECONDS} s")
        return TOO_LONG


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

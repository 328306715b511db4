"""The description of the API (OpenAPI 3.1), made from the spec."""

from pathlib import Path

OPENAPI = Path(__file__).with_name("openapi.json").read_bytes()

"""What the tests share: a client, servers, what to expect, the report."""

"""Which tests are enough to enter all code, and take least."""

from collections.abc import Iterator

import pytest

# Tests that take seconds and enter nothing that no other test enters.
LONG = {
    "test_a_generated_client_reads_health",
    "test_a_generated_client_sends_conditions",
    "test_a_larger_page_of_accounts_takes_no_more_statements",
    "test_a_larger_page_takes_no_more_statements",
    "test_a_long_answer_is_sent_to_its_end",
    "test_a_slow_reader_costs_no_memory",
    "test_a_worker_that_is_killed_is_replaced",
    "test_a_write_waits_five_seconds_for_a_lock",
    "test_all_bookmarks",
    "test_an_export_is_a_stream",
    "test_an_unknown_name_takes_as_long_as_a_wrong_password",
    "test_folders_may_be_very_deep",
    "test_head_reads_no_bookmark",
    "test_many_random_bookmarks_are_shown_as_they_are",
    "test_no_line_holds_a_secret",
    "test_of_twenty_changes_under_one_tag_one_wins",
    "test_open_connections_do_not_keep_it",
    "test_passwords_are_stored_as_hashes",
    "test_readiness_follows_the_database",
    "test_slow_clients_keep_nobody_waiting",
    "test_ten_thousand_in_one_request",
    "test_the_largest_import",
    "test_the_usual_limit",
    "test_twenty_changes_to_one_url",
    "test_twenty_creations_of_one_url",
    "test_twenty_writers_make_four_bookmarks_each",
    "test_twenty_writers_make_four_changes_each",
    "test_under_load_nothing_is_lost",
    "test_what_runs_is_finished",
    "test_what_was_acknowledged_survives_a_kill",
}


def enough(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield the first row of each test, but none that takes long.

    Of those that start servers themselves, only those with a rule that no
    kept test of the rule's own chapter has, and those without one.
    """
    seen: set[str] = set()
    for item in items:
        rules = {r for mark in item.iter_markers("rule") for r in mark.args}
        chapter = item.path.stem.removeprefix("test_")
        own = {r for r in rules if r.rpartition("-")[0].lower() == chapter}
        name = f"{chapter}::{item.originalname}"
        managed = item.get_closest_marker("managed")
        if name in seen or item.originalname in LONG:
            continue
        if not managed or not rules <= seen or not rules:
            seen |= {name, *own}
            yield item

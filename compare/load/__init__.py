"""A load of people, by Locust, from one machine or from many."""

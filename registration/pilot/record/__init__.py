"""The record of the pilot: what happened as pseudonymous events, from when centres take part, and the extract made of both."""

"""Texts, e-mails and letters to families: written with the booking, sent by the worker. Knows no booking."""

"""Backups of the whole service in one file, and restoring them beside what runs, whole or not at all."""

"""Bundles built for the evaluator: asked for on a page, made by the worker in a program of its own, kept, and released."""

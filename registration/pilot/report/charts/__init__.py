"""The pictures of the report as SVG made here, which is the same each time; each with its numbers and a description in words."""

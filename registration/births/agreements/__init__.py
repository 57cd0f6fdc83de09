"""Data sharing agreements: drafted from a template, printed, put in force, and held against what is really sent."""

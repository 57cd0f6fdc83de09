"""Live birth data: the agreements they come under, their files, and which records are of one family."""

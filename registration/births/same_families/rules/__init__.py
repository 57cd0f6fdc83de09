"""What linking records of families comes to, as plain values."""

"""What a family may see, answer, correct and take away of what is held about it."""

"""The staff's working screens that join the other capabilities."""

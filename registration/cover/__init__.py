"""What happens when a registrar cannot come: every family has another time before anybody is left standing."""

"""What is said when a backup cannot be made or restored."""


class CannotBackUp(RuntimeError):
    """No backup was made; the message is a sentence for whoever asked. Nothing was left behind."""


class CannotRestore(RuntimeError):
    """Nothing was restored, and what runs is as it was; the message is a sentence for whoever asked."""

"""Files of live births: read, checked, taken in under an agreement, and deleted on its schedule."""

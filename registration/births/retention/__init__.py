"""How long records say who they are about: what is due, deleting it, and the proof that it is gone."""

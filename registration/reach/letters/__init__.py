"""Letters of welcome, invitations, and the council’s letters of notice."""

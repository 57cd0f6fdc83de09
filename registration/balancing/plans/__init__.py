"""Plans of the rota: asked for, solved apart from everything else, looked at, and made a draft of the rota."""

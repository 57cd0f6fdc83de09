"""Rotas solved with HiGHS. Nothing else imports this package before it is needed: no web process carries the solver."""

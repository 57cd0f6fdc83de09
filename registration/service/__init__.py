"""The whole service as one program: database, web server, message worker; what `make run` starts."""

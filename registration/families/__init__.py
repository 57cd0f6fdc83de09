"""A family, its babies' dates of birth, its contacts and its answer on sharing: the least the service can work with."""

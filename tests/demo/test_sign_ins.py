"""What whoever starts a demonstration is told, each time: how to sign in."""

from registration.service import prepare
from tests.service.test_prepare import closed, environment  # noqa: F401 -- fixtures


def test_the_demonstration_ends_with_a_sign_in_for_each_role(environment, demonstration, capsys):  # noqa: F811
    environment.setenv("DATABASE_URL", demonstration.config["SQLALCHEMY_DATABASE_URI"])
    environment.setenv("DEMO", "1")

    assert prepare.main() == 0

    said = capsys.readouterr()
    assert "The demonstration is loaded already" in said.err
    rows = [line.split() for line in said.out.splitlines()]
    assert len(rows) == 8
    assert all(len(row) == 3 and "@" in row[1] for row in rows)

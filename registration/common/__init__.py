"""What every capability stands on: database, transaction, clock, forms, access, audit."""

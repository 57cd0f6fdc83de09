"""What a file of live births says: its text, its columns, its rows, and what each of them does to what is known."""

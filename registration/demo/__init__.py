"""The demonstration: an invented council at real postcodes of Calderdale, and the set-up of the benchmark."""

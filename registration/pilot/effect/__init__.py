"""What live centres change: the comparison of centres and months, its errors and its checks, power, and the review of councils."""

"""What runs at the same time: notebooks of one client, and many clients."""

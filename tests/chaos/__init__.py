"""Real processes, real sockets, real disks, and everything that can happen to them."""

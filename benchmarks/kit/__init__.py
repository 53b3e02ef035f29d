"""What several benchmarks share: counting CPU, real SSH hosts, the peers, a desk in a pseudo terminal."""

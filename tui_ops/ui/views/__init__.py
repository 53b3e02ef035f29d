"""The views of the infrastructure: hosts, sites and racks, network, storage, checks. Each is a list of its own."""

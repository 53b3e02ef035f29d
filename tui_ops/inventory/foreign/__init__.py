"""Inventories of others as they are: Ansible's, and the named hosts of an ssh_config."""

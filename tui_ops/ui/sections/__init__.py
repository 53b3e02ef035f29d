"""The panels of the slow sections: processes, units, filesystems, links, containers, devices, the machine itself."""

"""How far frameworks are met: read from files, held against what checks say and what people attest."""

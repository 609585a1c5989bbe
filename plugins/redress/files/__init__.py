"""Write files whole or not at all, read and list them, and take locks: on this machine and in an object store."""

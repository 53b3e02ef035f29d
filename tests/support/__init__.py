"""What tests share: servers, waiting, worlds of their own."""

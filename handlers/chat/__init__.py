"""Chat rooms over WebSockets."""

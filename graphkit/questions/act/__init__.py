"""What can be done: purchases, targets, controls, and figures worth asking for."""

"""Questions on what to do: purchases, targets, controls, figures worth asking for."""

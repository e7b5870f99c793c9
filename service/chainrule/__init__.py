"""chainrule: gradients over HTTP."""

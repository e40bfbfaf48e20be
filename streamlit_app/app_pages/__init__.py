"""One page per module. A page asks, hands to view models, and places components: no arithmetic, no rule."""

"""HTTP surface: collector and health. Routes translate; rules live in the use cases."""

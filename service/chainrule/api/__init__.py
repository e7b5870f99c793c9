"""HTTP, and nothing else: one router a topic, and what stands between the wire and the rooms behind."""

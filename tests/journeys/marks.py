"""What the poisoned release and its test agree on; importing that release would poison the test's own process."""

POISON = "此条触发故障"

// Each test starts a whole installation and trains; side by side they would only slow one another down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

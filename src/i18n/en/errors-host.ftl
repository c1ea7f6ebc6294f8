problem-cancelled = Cancelled.
problem-host-refused = { $subject }: the host refused to { $what } it ({ $reason }). Run `dockwalk doctor` to see what this machine allows.
problem-disk-full = { $subject }: no space left to { $what } it ({ $reason }). Free some space, or put the engine elsewhere with `--root DIR`, then run it again.

# ── command lines ──
problem-argument-missing = { $argument } is missing. Give it, and run the command again. --help behind the command says how it is used.
problem-argument-too-many = { $argument }: the command takes no such argument. Leave it out. A value with spaces in it stands in quotation marks.
problem-command-missing = A command is missing. Use one of these: { $allowed }.
problem-command-mistyped = { $command }: there is no such command. Did you mean { $suggestion }?
problem-command-not-docker = { $command }: not a docker command. Docker's commands are typed here, with or without docker. To run it on the lab host, put host before it: host { $command }.
problem-command-unknown = { $command }: there is no such command. --help lists those that there are.
problem-flag-mistyped = { $argument }: the command has no such option. Did you mean { $suggestion }?
problem-flag-twice = { $argument }: this option can be given once. Leave one out.
problem-flag-unknown = { $argument }: the command has no such option. --help behind the command lists those that it has.
problem-flag-value-invalid = { $argument }: the value ‘{ $value }’ cannot be used. Change it, and run the command again.
problem-flag-value-other = { $argument }: the value ‘{ $value }’ cannot be used. Use one of these: { $allowed }.
problem-flag-without-value = { $argument }: a value is needed behind it. Give one, and run the command again.
problem-flags-together = { $argument }, { $other }: these options cannot be used together. Leave one out.
problem-line-not-understood = The command was not understood ({ $reason }). --help behind it says how it is used.
cli-usage = Usage: { $usage }

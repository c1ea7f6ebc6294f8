# What a client, a container or an image wants too much of.
problem-head-timeout = The engine waited { $seconds } seconds for the head of the request and did not get all of it, so it closed the connection. Send the request again, whole.
problem-body-timeout = The engine waited { $seconds } seconds for the body of the request and did not get all of it. Send the request again, whole.
problem-body-too-large = The body of the request has more than { $limit } bytes, and a request of this kind never needs that many. Send less.
problem-too-many-connections = { $limit } connections to the engine are open already, and it takes no more. Close windows and terminals that are not needed, then try again.
problem-trace-reader-slow = The engine ended this trace stream because for { $seconds } seconds nobody read what it sent. Nothing is lost: ask again from the last event that arrived.
problem-json-too-deep = The request has lists within lists more than { $limit } deep, and no request needs that. Correct the client.
problem-limit-out-of-range = { $option } = { $value }: it must be a number from { $least } to { $most } on this machine. Give another, or leave it out.
problem-too-many-values = { $what } has { $count } entries; at most { $limit } are possible. Leave some out.
problem-value-too-long = { $what } has { $length } bytes; at most { $limit } are possible here, as the kernel takes no more. Make it shorter.
problem-value-with-nul = { $what } has a NUL byte in it ({ $value }), where the kernel would cut it off. Leave that byte out.
problem-value-of-lines = { $what } = “{ $value }” has control characters in it, and a line of a file is made of it. Leave them out.
problem-invalid-hostname = “{ $hostname }” cannot be a hostname: letters, digits, `-`, `_` and `.` only, a letter or digit first, at most { $limit } bytes. Choose another one with `--hostname`.
problem-invalid-variable = invalid environment variable: { $variable }. A variable needs a name before the `=`: write NAME=value.
problem-invalid-user = { $what } = “{ $user }” has control characters in it, so it names no user. Write a name or a number, with a group after a colon if there is one.
problem-working-dir-relative = { $what } = “{ $path }”: the working directory must be an absolute path. Begin it with `/`.
problem-invalid-dns = “{ $server }” is not an IP address, so it cannot be a name server. Give an address with `--dns`.
problem-invalid-log-option = --log-opt { $option }={ $value }: this value cannot be used. `max-size` is a size such as 10m, `max-file` a number from 1 to 100.
problem-trace-not-read = The engine cannot read its trace: { $reason }. A file in run/trace of its directory may have been removed or damaged. The engine goes on and records what comes; for a whole trace start it anew.
problem-trace-not-written = The disk takes no more of the trace: { $reason }. The latest of it is kept in memory; when that is full, the oldest goes. Make room on the disk of the engine's directory.
problem-trace-reader-behind = The engine dropped the oldest events while they were being saved, so the file would have had a hole. Save again, or give the engine more room with --trace-limit.
problem-engine-restarted = The engine was restarted while its trace was being saved. Save again.
problem-trace-limit = The limit of the trace, { $value }, is not a size of at least { $least }. Write it as a number with k, m or g: `--trace-limit 512m`, or DOCKWALK_TRACE_LIMIT=512m.

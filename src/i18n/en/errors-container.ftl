problem-no-such-container = No such container: { $container }. See what there is with `docker ps -a`.
problem-ambiguous-id = { $id } is the beginning of more than one container id. Write more of its digits.
problem-invalid-container-name = Invalid container name ({ $name }): only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, two characters at least.
problem-container-name-taken = Conflict. The container name "/{ $name }" is already in use by container "{ $id }". You have to remove (or rename) that container to be able to reuse that name: `docker rm { $name }`.
problem-container-not-running = Container { $container } is not running (it is { $state }). Start it with `docker start { $container }`.
problem-container-running = You cannot remove a running container { $id }. Stop the container ({ $container }) before attempting removal or force remove: `docker rm -f { $container }`.
problem-container-being-removed = removal of container { $container } is already in progress. Wait until it is gone: `docker ps -a`.
problem-container-marked-for-removal = container is marked for removal and cannot be started or updated: { $container } is just being removed. Make another one: `docker create`.
problem-no-command = No command specified: the image { $image } names none. Write one after the image: `docker run { $image } COMMAND`.
problem-no-such-image-for-platform = No such image: { $image } for { $platform }. Pull it for that platform: `docker pull --platform { $platform } { $image }`.
problem-unsupported-option = { $option } = { $value }: dockwalk cannot do this yet, so it refuses rather than ignore it. { $why ->
    [disks] A container's writable layer lies in a directory of the engine's disk, which nothing limits by itself.
    [groups] Control groups of containers lie below the engine's own, so that they go with it.
    [realtime] Kernels of now give containers no real-time budget of their own.
    [windows] On Linux Docker has it not either.
    [devices] A container has a few harmless devices, and none of the host's.
    [namespaces] Each container has this namespace of its own.
    [runtime] dockwalk starts containers by itself, to show each call.
    [storage] The writable layer is a plain directory, which has no quota.
    [plugins] There are no plugins.
    [networks] A place on a network has its addresses and names here, and nothing besides.
   *[other] There is nothing to take its place.
} Leave the option out.
problem-bad-request = The request cannot be read: { $reason }. Check the client's version.
problem-bad-field = The request cannot be read: { $field } is { $found }, and must be { $wanted }. Correct it where the request was made.
problem-body-empty = The request says nothing: it has no body, or an empty one. Send what is wanted as JSON, such as {"{"}"Image": "lab/shell:1"{"}"}.
problem-body-kind = Content-Type specified ({ $kind }) must be 'application/json'. Have the client send that header.
problem-start-with-body = A container is started as it was created: starting one with a body went with version 1.24 of Docker's API. Say what it is to be when it is created, and start it without a body.
problem-endpoints-many = Container cannot be connected to network endpoints: { $networks }. When it is created it is put into one network. Name one.
problem-endpoint-null = no EndpointSettings for { $network }: null says nothing of it. Write {"{}"} for a network of which nothing more is asked.
problem-mount-foreign-field = invalid mount config for type "{ $kind }": field { $field } must not be specified. Leave it out, or choose another type.
problem-mac-and-network = conflicting options: mac-address and the network mode. With --network { $network } a container gets no link of its own that could have an address: leave --mac-address out.
problem-options-conflict = conflicting options: { $what ->
    [uts] hostname and the UTS mode. With the host's UTS namespace a container has the host's name: leave --hostname out, or --uts.
    [dns] dns and the network mode. Who shares a container's network shares its resolv.conf: give --dns to that one.
    [hosts] custom host-to-IP mapping and the network mode. Who shares a container's network shares its /etc/hosts: give --add-host to that one.
    [publish] port publishing and the container type network mode. Publish the ports of the container whose network it is.
    [expose] port exposing and the container type network mode. Expose the ports of the container whose network it is.
    [links] container type network can't be used with links. This would result in undefined behavior: link the container whose network it is.
    [links-host] host type networking can't be used with links. This would result in undefined behavior: leave --link out.
   *[hostname] hostname and the network mode. Who shares a container's network shares its name: leave --hostname out.
}
problem-joined-not-running = cannot join network of a non running container: { $id }. Start { $container } first: its network is there only while it runs.
problem-ipc-not-running = can't join IPC of container { $id }: container { $id } is not running. Start it first: `docker start { $id }`.
problem-ipc-not-shareable = can't join IPC of container { $id }: non-shareable IPC (hint: use IpcMode:shareable for the donor container). Make it with `docker run --ipc shareable`.
problem-link-is-default = Conflict, cannot remove the default link name of the container: { $name } is its own name. Write the link as `CONTAINER/ALIAS`, as `docker ps --no-trunc` shows it.
problem-link-elsewhere = Cannot link to /{ $other }, as it does not belong to the default network: a link is written into a file of the container, which knows those of the default bridge alone. Put both on a network that you made; there each finds the other by its name.
problem-link-not-running = Cannot link to a non running container: /{ $other } AS /{ $container }/{ $alias }. It must run on the default bridge: start it first.
problem-mount-type = invalid mount config for type "{ $kind }": mount type unknown. Docker knows bind, volume and tmpfs: correct the word behind `type=`.
problem-mount-read-only-anonymous = invalid mount config for type "volume": must not set ReadOnly mode when using anonymous volumes. Nothing could ever be written into it: give the volume a name (`src=NAME`), or leave `readonly` out.
problem-no-such-option = { $option } = { $value }: Docker has no option of that name. It would be ignored there; dockwalk refuses it, so that a slip is seen. Correct the name, or leave it out.
problem-no-such-value = { $option } = { $value }: there is no such value, in Docker neither. Docker knows { $known }. Correct it, or leave the option out.
problem-sysctl-of-host = sysctl "{ $sysctl }" not allowed in host network namespace: it would be the host's, or another container's. Leave it out, or give the container a network of its own.
problem-sysctl-of-ipc = sysctl "{ $sysctl }" is not allowed in the hosts ipc namespace: it would be the host's, or another container's. Leave it out, or use --ipc private or shareable.
problem-sysctl-not-allowed = sysctl '{ $sysctl }' is not allowed: it is not NAME=VALUE with the name of a parameter that a container has of its own, and others are the host's. Those are net.*, fs.mqueue.*, kernel.sem, kernel.msg* and kernel.shm*.
problem-restart-retry-count = HostConfig.RestartPolicy.MaximumRetryCount = { $count }: { $policy ->
    [on-failure] maximum retry count cannot be negative. Give a number of times, or 0 for no end.
   *[other] maximum retry count cannot be used with restart policy '{ $policy }'. Leave it out, or take the policy on-failure.
}
problem-unknown-log-option = unknown log opt '{ $option }' for { $driver } log driver. Docker refuses it, too. Correct the name, or leave it out: `max-size` and `max-file` are there for json-file and local.
problem-ulimit-soft-above-hard = ulimit { $name }: the soft limit must be less than or equal to the hard limit: { $soft } > { $hard }. Make the first number smaller, or the second one larger; -1 is no limit.
problem-ulimit-unknown = invalid ulimit type: { $name }. There are core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending and stack.
problem-invalid-value = { $option } = { $value }: this value is invalid, in Docker too. { $wanted ->
    [range] It must be a number from { $least } to { $most }.
    [at-least] It must be { $least } or more, or 0 for what is usual.
    [cpu-quota] CPU cfs quota can not be less than 1ms (i.e. { $least }); less than 0 is no limit.
    [cpu-period] CPU cfs period can not be less than 1ms (i.e. { $least }) or larger than 1s (i.e. { $most }).
    [cpus] It must be a list of numbers such as 0-3,7.
    [address] It must be an IP address of that kind, such as { $example }.
    [runtime] No runtime has that name.
    [flag] It must be true or false.
    [mode] Behind the colon ro or rw may stand.
   *[other] See Docker's documentation.
} Correct it, or leave the option out.
problem-invalid-port = invalid port specification: "{ $port }". Write a number from 1 to 65535 or a range, and a protocol if it is not tcp: 80, 8000-8010, 53/udp.
problem-filters-unreadable = filters={ $filters } cannot be read. It must be JSON, names with their lists of values: {"{"}"label":["a=b"]{"}"}.
problem-engine-root-link = { $root } is a link to { $target }, where nothing is. An engine makes its directory, but not through a link: make { $target }, or name another directory with `--root DIR`.
problem-bad-number = { $name }={ $value } is not a number that can be used here. Correct it.
problem-bad-filter = The filter { $filter } is not known here. Leave it out.
problem-bad-credentials = X-Registry-Auth is not base64 of JSON. Log in again with `docker login`.
problem-bad-detach-keys = { $keys } are no detach keys. Write a letter or ctrl- with a letter, separated by commas: ctrl-p,ctrl-q.
problem-invalid-signal = Invalid signal: { $signal }. Write a name such as SIGTERM, or a number from 1 to 64.
problem-invalid-reference = invalid reference format: { $reason }. Write NAME[:TAG] or NAME@sha256:….
problem-invalid-platform = { $platform } is no platform. Write os/architecture, such as linux/amd64.
problem-invalid-volume-spec = invalid volume specification: '{ $spec }'. Write source:/target or source:/target:ro.
problem-invalid-volume-name = { $name } is no volume name: only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, two characters at least. For a directory of the host write its absolute path.
problem-invalid-mount-target = invalid mount path: '{ $target }'. It must be absolute, and something below /.
problem-invalid-extra-host = { $value }: --add-host takes name:address, such as db:10.0.0.5.
problem-invalid-mac = { $mac } is not a valid mac address for a link. Write six bytes such as 02:42:ac:11:00:63; the first must be even, or it means a group.
problem-invalid-link = bad format for links: { $link }. Write CONTAINER or CONTAINER:ALIAS, the alias with letters, digits, `-`, `_` and `.` only.
problem-invalid-domain = { $what } = “{ $domain }”: it is not a valid domain. Write names of letters, digits, `-` and `_` with dots between them, such as example.org.
problem-bind-propagation = path { $path } is mounted on { $mount } but it is not a { $needs ->
        [shared] shared mount: nothing mounted in the container could reach the host. The engine's own mount namespace takes in what the host mounts and lets nothing out, so that { $propagation } works for mounts made in it alone. Use rslave, or leave it out
       *[slave] shared or slave mount: what the host mounts below it would not reach the container. Make it one on the host (`mount --make-shared { $mount }`), and restart the engine; or leave { $propagation } out
    }.
problem-bind-source-relative = invalid mount config for type "bind": the source must be an absolute path, and '{ $path }' is not one.
problem-duplicate-mount = Duplicate mount point: { $target }. Mount one thing there, not two.
problem-no-stream-chosen = Bad parameters: choose at least one stream, stdout or stderr.
problem-no-upgrade = This request needs `Connection: Upgrade` and `Upgrade: tcp`: the connection itself is handed over. Use a client that sends them.
problem-no-such-exec = No such exec instance: { $id }. It may have been forgotten since; run the command again.
problem-exec-started = The command { $id } was started already. Prepare a new one.
problem-no-exec-command = No exec command specified for { $container }. Write the program after the container's name.
problem-no-such-network = network { $network } not found. `docker network ls` shows which there are.
problem-no-such-evidence = Event { $seq } has no evidence, or is not in this trace. Look at the trace for events that were observed.
problem-inotify-missing = Writable layers cannot be watched as they change ({ $reason }). They are looked at when a container ends. If other programs use too much of inotify, raise the limit: `sudo sysctl -w fs.inotify.max_user_instances=1024`.
problem-inotify-exhausted = The kernel allows no more directories to be watched; there are { $count }. What is written into others is seen when the container ends. Raise the limit: `sudo sysctl -w fs.inotify.max_user_watches=524288`.
problem-no-such-endpoint = page not found: { $request }. The Docker API has no such page, or it takes another method. Correct the path.
problem-not-built = { $feature ->
    [attach-socket] Attaching over a web socket is not part of dockwalk yet. Attach over the connection itself, as `docker attach` does.
    [build] Building images is not part of dockwalk yet. Build with docker, podman or buildah, and load the result: `docker save IMAGE | dockwalk docker load`.
    [checkpoint] Checkpoints of containers are not part of dockwalk. Keep what a container wrote with `docker commit`.
    [compose] Compose is not part of dockwalk. Start the containers one by one with `docker run`.
    [distribution] Asking a registry about an image without pulling it is not part of dockwalk yet. Pull it, then see `docker image inspect IMAGE`.
    [plugin] Plugins are not part of dockwalk. Volumes, networks and logs are its own: local, bridge, json-file.
    [search] Searching a registry is not part of dockwalk. Search with a browser, at https://hub.docker.com for example, and pull by name.
    [secret] This node is not a swarm manager: secrets and configs belong to swarm mode, which is not part of dockwalk. Bind a file instead: `-v FILE:/run/secrets/NAME:ro`.
    [swarm] This node is not a swarm manager: swarm mode is not part of dockwalk: it runs containers of this machine alone. Run them with `docker run`.
   *[other] { $feature } is not part of dockwalk yet. Leave it out.
}
problem-events-backwards = `since` ({ $since }) cannot be after `until` ({ $until }). Exchange the two.
problem-api-version = client version { $version } is not supported. This engine speaks { $oldest } to { $newest }: set DOCKER_API_VERSION to one of these.
problem-log-gap = { $bytes } bytes of output are missing here: the log could not be written ({ $reason }).
problem-logs-not-kept = configured logging driver does not support reading: container { $container } was made with `--log-driver none`, so nothing of what it prints is kept. Attach to it while it runs, or make it with another driver.
problem-log-lost = Log { $path }: { $lost } lines that the container { $container } printed could not be written and are lost ({ $reason }). `docker logs` says where they are missing; who is attached has seen them. Free some space on the disk, with `docker rm` or `docker image prune` perhaps; what is printed then is kept again.
problem-console-cut = { $container } has printed more than { $bytes } bytes. What it prints from here on is in `docker logs`, not in the trace.
problem-console-left-out = Of what { $container } printed, { $bytes } bytes are not in the trace. `docker logs` has the latest of them.
problem-engine-runs-already = An engine listens at { $socket } already. Use that one, end it, or give this one another socket with `--socket PATH`.
problem-engine-root-locked = Another engine works in { $root }. Use that one, end it, or give this one another directory with `--root DIR`.
problem-engine-root-file = { $root } is no directory. An engine keeps what it has in one: give it a new or an empty one with `--root DIR`.
problem-engine-socket-other = { $socket } is { $what ->
    [datagrams] a socket for datagrams
    [directory] a directory
   *[file] a file, and no socket
}: no engine listens there. Write the socket of a running engine (DOCKER_HOST=unix:///path), or unset DOCKER_HOST to use dockwalk's own engine.
problem-commit-image-gone = { $container } was made of the image { $image }, which has been removed: there is nothing that a new layer could be put on. Load or pull that image again, make a container of it, and copy into it what you want to keep.
problem-engine-root-used = { $root } holds other things ({ $names }), and no engine has worked there. An engine clears its directory when it starts, so it does not touch this one. Give it an empty or a new directory with `--root DIR`.
problem-engine-fault = The engine made a mistake of its own: { $reason }. Please report it with the trace (`dockwalk trace export`).
problem-socket-path-long = { $socket }: the path of a socket has at most 107 bytes. Choose a shorter one with `--socket PATH`.
problem-engine-unreachable = No engine answers at { $socket } ({ $reason }). Start one with `dockwalk engine`.
problem-engine-strange = Whoever listens at { $socket } is user { $owner }, neither you (user { $user }) nor root. Nothing was said to them. Use an engine of your own: `dockwalk engine --socket PATH` in a directory that is yours.
problem-peer-refused = This engine works for another user: user { $user } is not served. Start one of your own with `dockwalk engine`.
problem-engine-denied = The engine at { $socket } belongs to somebody else ({ $reason }). Use your own with `dockwalk engine`, or ask that user.
problem-engine-cut = The engine at { $socket } broke off ({ $reason }). See whether it still runs: `dockwalk docker info`.
problem-engine-said = { $message }
problem-engine-other-version = The engine answered something that this program does not understand ({ $reason }). Both must be of the same version: end the engine and start it again.
problem-engine-not-started = The engine could not be started: { $reason }. Run `dockwalk engine` in a terminal to see more.
problem-engine-slow = The engine was started and does not answer. See { $log } for what it says.
problem-engine-not-dockwalk = What answers at { $socket } is Docker, not an engine of dockwalk. The window shows engines of dockwalk only. Clear DOCKER_HOST, or let it name the socket of one.
problem-engine-silent = The engine at { $socket } has not answered for { $seconds } seconds. See whether its process was stopped (state T in `ps`). When it answers again, all goes on.
problem-no-thread = No thread could be started ({ $reason }). Too many processes may be running: end some.
problem-call-not-tried = The system call { $call } cannot be tried: only those are with which nothing happens. Choose one from the list beside the isolation diagram.
problem-reach-bad-port = { $to } is no container with a port. Write name:port or name:port/udp, with a port from 1 to 65535.
problem-reach-two-questions = { $to } names a port already, and an option asks for something else. Leave one of both out.
problem-reach-bad-outside = { $address } is no address outside: nobody out there has it. Name one beyond the uplink, or leave --outside away: then the uplink's next hop is asked.
problem-reach-other-version = { $address } is no address of { $version }. Name one of { $version }, or leave out the option that says the version (-6).
problem-reach-too-many = That would be { $count } probes, and at most { $most } are sent at a time. Name who asks (FROM), or who is asked (TO): dockwalk reach web --prove
problem-reach-not-running = { $container } does not run: only those that run can be reached. Start it first: docker start { $container }
problem-walk-busy = Another packet is being followed. Let it go on to its end first, or cancel it.
problem-walk-from-outside = A packet cannot be sent from outside: dockwalk sends only from containers and from the host. Name a container or `host` as the sender, and --published to go by the host’s port.
problem-walk-no-address = { $to } has no address that a packet could be sent to. `dockwalk reach` says why.
problem-walk-no-pair = There is no such way from { $from } to { $to }. Name two different ones; for --name, the other one is a container.
problem-walk-not-outside = { $address } is an address outside, and { $to } is not. Write `outside` as the other end, or leave --outside out.
problem-walk-not-published = { $to } is not published at a port of the host by { $version }. See `docker port`, and name the container’s own port.
problem-walk-to-terminal = A capture is no text: it is not written to a terminal. Name a file with --pcap FILE, or send the output somewhere: `dockwalk walk web db --pcap - | tshark -r -`.
problem-walk-two-outputs = With --pcap - the standard output is the capture alone. Leave --json out, or name a file: --pcap FILE.
problem-walk-not-recorded = No such packet is in the recording { $path }. `dockwalk walk` follows one while an engine records, and a recording ends with the last 8 of them.
problem-walk-rules-not-told = The kernel does not tell which rules the packet meets ({ $reason }). The packet is followed without: what a rule does is computed.
problem-container-paused = Container { $container } is paused, unpause the container before anything runs in it: `docker unpause { $container }`.
problem-container-already-paused = Container { $container } is already paused. It goes on with `docker unpause { $container }`.
problem-container-not-paused = Container { $container } is not paused, so there is nothing to let go on. What it is says `docker ps -a`.
problem-rename-to-nothing = Container { $container } cannot be renamed: neither old nor new names may be empty. Write one: `docker rename { $container } NEW_NAME`.
problem-rename-to-same = Renaming a container with the same name as its current name: { $name }. Choose another.
problem-restart-and-remove = can't create 'AutoRemove' container with restart policy: one that is removed when it ends cannot be started again. Leave out `--rm` or `--restart`.
problem-top-column = ps: specifying "{ $column }" is not allowed: by the heading PID the processes are told apart. Call this column something else.
problem-top-refused = `ps { $arguments }` does not work on this host: { $reason }. Try it there first.
problem-top-without-pid = Couldn't find PID field in ps output: by it the container's processes are told from others. Ask for that column, too: `-o pid,…`.
problem-top-without-ps = The program { $program } is not on this host, and it is what shows the processes. Install it: `sudo apt install procps`.
problem-update-memory-above-swap = { $memory } bytes of memory: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time. Container { $container } may have { $swap } bytes of both together: add `--memory-swap`.
problem-container-ended-with-engine = The container { $container } ran when its engine was killed, and ended with it. Its exit status is written down as { $status }; what it had written is still here.
problem-container-file-newer = container.json is of version { $version }, and this dockwalk reads up to { $readable }. Use the dockwalk that wrote it, or a newer one.
problem-container-file-unreadable = container.json is not as dockwalk writes it: { $reason }. See who has changed it; a whole copy of it can be put in its place while no engine runs.
problem-container-set-aside = The container in { $dir } was not taken up ({ $code }; the next line says why). The directory stays as it is, and each start of the engine tries again. Move it away to be told of it no more.
problem-container-restarting = You cannot remove a restarting container: { $container } has ended and is going to be started again. Stop the container before attempting removal or force remove: `docker rm -f { $container }`.
problem-container-waits = Container { $container } is restarting, wait until the container is running: its process has ended, and its policy has it started again.
problem-copy-directory-over-file = cannot overwrite non-directory with directory: { $path } is a file in the container. Choose another place, or remove it there first.
problem-copy-file-over-directory = cannot overwrite directory with non-directory: { $path } is a directory in the container. Choose another place, or remove it there first.
problem-copy-no-path = bad parameter: path cannot be empty. Write one behind the colon: `docker cp CONTAINER:/PATH .`.
problem-copy-not-a-directory = extraction point is not a directory: { $path } in container { $container }. Name the directory that the files are to be put into.
problem-copy-not-found = Could not find the file { $path } in container { $container }. Look what is there: `docker exec { $container } ls`, or `docker diff { $container }`.
problem-copy-read-only = { $path } in container { $container } is marked read-only, and so nothing can be put there. Create it without `--read-only` or `:ro`.
problem-copy-damaged = Error processing tar file: the archive cannot be put at { $path }, for { $kind ->
        [attribute] an extended attribute is none that Linux takes
        [attribute-size] an extended attribute is larger than the file system keeps
        [bomb] it grows far too much while it is unpacked
        [file-size] it names a file that is larger than a file can be
        [header-size] an extended header is too large
        [name-size] a file name too long stands in it
        [depth] directories lie too deep within each other
        [directories] there are too many directories in it
        [entries] there are too many entries in it
       *[contents] it is no tar, or contradicts itself
    } ({ $entry }). Make it again with `tar`, and copy it to a place that nothing changes meanwhile.
problem-speed-busy = Another measurement is going on, and two would measure each other: there is one at a time. Try again when it is over.
problem-speed-no-room = { $place } was not measured, for there is not room enough: { $needed } are needed meanwhile, and of the { $free } that are free half stays so. Use `--quick`, a smaller `--size` or `--files`, or make room.
problem-speed-no-inodes = { $place } was not measured: there is no room for { $needed } more files, as of the { $free } inodes that are free half stay so. Use a smaller `--files`.
problem-speed-disturbed = { $path } was changed by somebody else while it was measured, so the times say nothing. Measure again when nobody touches it.
problem-speed-not-ours = { $path } is not what dockwalk makes to measure in, a directory that belongs to itself alone (0700): somebody put something else there, or its file system keeps neither owner nor mode. Measure where a Linux file system is mounted, and remove by hand what is left there.
problem-speed-read-only = { $place } is read-only, so how fast it is written to cannot be measured. Measure in a container that has it mounted writable.
problem-speed-no-directory = A single file is mounted at { $place }, and no directory, so nothing can be measured in it. Measure where a directory is mounted.
problem-speed-out-of-range = --{ $name } { $value } cannot be used. Give a value from { $least } to { $most }.

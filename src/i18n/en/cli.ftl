cli-engine-listens = dockwalk engine: listening at { $socket }
cli-registry-listens = dockwalk registry: listening at { $addr }
cli-engine-started = dockwalk: started an engine (process { $pid }, { $socket }). It goes on running; end it with `kill { $pid }`.
cli-mend = To mend it:
cli-built-without-window = This dockwalk was built without its window.
cli-without-window = Without a window these work: `dockwalk lesson list`, `dockwalk lesson run LESSON --headless`, `dockwalk docker run -it lab/shell:1`, `dockwalk doctor`.
cli-play-recording = The recording plays on this machine, too. In the window: run `dockwalk --lesson { $lesson }` and press “Play this lesson's recording”. Without a window: run `dockwalk lesson check { $lesson }`.
cli-trace-another = ── another recording begins at line { $line } ──
cli-trace-torn = The last line ({ $line }, { $bytes } bytes) is cut off; everything before it was read.
cli-trace-exported = { $count } events saved.
problem-docker-host-not-unix = DOCKER_HOST is { $host }, and dockwalk only speaks to a unix socket. Write unix:///path, or unset DOCKER_HOST to use dockwalk's own engine.
problem-not-in-this-build = This dockwalk was built without its engine, so it cannot do that. Use a build with the engine, on Linux.
problem-unknown-level = { $level } is no level. Write story, stage or kernel.
cli-left = read escape sequence
cli-pulling = Unable to find image '{ $image }' locally
cli-gate-waits = dockwalk: stopped at the gate. Go on with the window’s next button, or open the gate there.
cli-ask-username = Username:
cli-ask-password = Password:
cli-login-unguarded = The password is kept in { $path }, readable for you alone but not encrypted. A credential helper (`credsStore`) keeps it better.
cli-logged-out = The login to { $registry } was removed.
cli-not-logged-in = There is no login to { $registry }.
cli-damaged = { $digest } ({ $what }): bit { $bit } of byte { $offset } is flipped
cli-volume-exporting = Exporting
cli-volume-exported = The volume { $name } is in { $file } ({ $bytes }).
cli-volume-importing = Importing
cli-volume-imported = The volume { $name } is there: { $entries } files and directories verified, { $bytes } of archive.
cli-moved = { $tag } now points at what { $to } points at: { $digest }
cli-mended = { $digest } ({ $what }): as it was
problem-docker-config-unreadable = { $path } cannot be read: { $reason }. Mend that file, or move it away to go on without logins.
problem-docker-config-unwritable = { $path } cannot be written: { $reason }. Without it the login cannot be kept.
problem-credential-helper-failed = { $program } { $action } failed: { $reason }. It is named in docker's config.json (credsStore, credHelpers): install it, or take it out of there.
problem-password-unread = The password cannot be read ({ $reason }). Use --password-stdin where there is no terminal.
problem-digest-invalid = Not a digest: { $reason }. `docker images --digests` and the window show digests.
cli-prune = This deletes all anonymous volumes that no container uses.
cli-prune-all = This deletes all volumes that no container uses.
cli-prune-containers = This deletes all containers that do not run.
cli-prune-networks = This deletes all networks that no container uses.
cli-prune-images = This deletes all images that have no tag and that no container uses.
cli-prune-images-all = This deletes all images that no container uses, tagged ones as well.
problem-template-refused = template parsing error: { $reason }. Docker’s templates are Go’s, as in `--format {"'{{"}.Name{"}}'"}` or `{"'{{"}json .State{"}}'"}`.
problem-not-a-terminal = the input device is not a TTY. Leave out -t, or run it in a terminal.
problem-terminal-refused = The terminal cannot be switched to raw mode ({ $reason }). Leave out -t.
problem-no-such-thing = No such object: { $name }. See `docker ps -a`, `docker images`, `docker volume ls` and `docker network ls`.
problem-one-container = You cannot start and attach multiple containers at once. Name one.
problem-bad-volume = -v { $volume }: the path cannot be made absolute ({ $reason }). Write it from / on.
problem-cid-file-nowhere = failed to create the container ID file: open { $path }: no such file or directory. Make its directory first, or name another path.
problem-cid-file-denied = failed to create the container ID file: open { $path }: permission denied. Name a path in a directory that you may write to.
problem-seccomp-file-unread = opening seccomp profile ({ $path }) failed: open { $path }: { $reason }. Write the path of a file with a profile behind `seccomp=`.
problem-seccomp-file-damaged = compacting json for seccomp profile ({ $path }) failed: { $reason }. It must be JSON, like Docker's `default.json`.
problem-security-opt-invalid = Invalid --security-opt: "{ $option }". Write `no-new-privileges`, `seccomp=FILE`, `seccomp=unconfined`, `apparmor=PROFILE` or `label=LABEL`.
problem-cid-file-unwritable = failed to create the container ID file { $path } ({ $reason }). Name a path in a directory that is there and that you may write to.
problem-cid-file-there = container ID file found, make sure the other container isn't running or delete { $path }.
problem-bad-ulimit = --ulimit { $value }: this is no limit. Write NAME=SOFT or NAME=SOFT:HARD with whole numbers, such as nofile=1024:2048; -1 is no limit.
problem-bad-swappiness = --memory-swappiness { $value }: invalid value. Valid memory swappiness range is 0-100.
problem-attach-and-detach = --attach and --detach cannot go together: one waits for what the container prints, the other does not. Leave one of them out.
problem-bad-moment = { $option } { $value }: this is no moment. Write how long ago (10m, 1h30m), a date (2026-11-21, 2026-11-21T20:55) or seconds after 1970.
problem-env-file-unreadable = { $flag } { $path } cannot be read ({ $reason }). Check the path.
problem-env-file-spaces = { $flag } { $path }: variable '{ $variable }' contains whitespaces. A name has none: take them out, or begin the line with # if it says nothing.
problem-env-file-no-name = { $flag } { $path }: no variable name on line '{ $line }'. Write NAME=value, or begin the line with # if it says nothing.
problem-bad-publish = { $what ->
    [host-port] invalid hostPort: { $value }
    [container-port] invalid containerPort: { $value }
    [ranges] invalid ranges specified for container and host Ports: { $value }
    [protocol] invalid proto: { $value }
    [address] invalid IP address: { $value }
    [format] invalid publish opts format (should be name=value but got '{ $value }')
   *[empty] no port specified: { $value }<empty>
    }. Write -p HOST:CONTAINER with numbers from 1 to 65535: -p 8080:80, -p 127.0.0.1:5353:53/udp.
problem-bad-restart = --restart { $value }: maximum retry count must be an integer. Write no, always, unless-stopped, on-failure or on-failure:3.
problem-bad-size = { $flag } { $value }: this is no number that can be used there. Write for instance 64m, 1.5g or 0.5.
problem-mount-quotes = invalid argument "{ $mount }" for "--mount" flag: a double quote opens a field and closes it, or is not there at all; within quotes two of them stand for one. Quote a field as a whole: "volume-opt=o=size=1m,uid=7".
problem-mount-space = invalid argument "{ $mount }" for "--mount" flag: there is a space, or nothing, beside a comma. The shell cuts the option in two at a space, and the rest is taken for the image. Write it without spaces: type=bind,source=/a,target=/b.
problem-mount-without-target = --mount { $mount }: target is required. Add target=/path/in/the/container.
problem-mount-field = --mount { $mount }: '{ $field }' cannot be used there. Known are type, source, target, readonly, consistency, volume-nocopy, volume-label, volume-driver, volume-opt, bind-propagation, bind-recursive, bind-create-src, tmpfs-size and tmpfs-mode.
fsck-repaired = repaired:
fsck-harmful = damaged:
fsck-harmless = left over:
fsck-left-over = What is left over goes with `dockwalk docker image prune`, which frees its room.
fsck-sound = The store is sound: { $images } images, { $blobs } blobs ({ $size }), { $layers } layers.
fsck-unsound = The store is damaged: { $images } images, { $blobs } blobs ({ $size }), { $layers } layers. Run `dockwalk image fsck --repair`, then pull the images again.
problem-copy-between = copying between containers is not supported. Copy out first, then in.
problem-copy-no-container = must specify at least one container source: `docker cp CONTAINER:/PATH .` or `docker cp FILE CONTAINER:/PATH`.
problem-copy-no-directory = { $path }: the destination must be a directory that is there. Make it first, or leave out the slash at its end.
problem-copy-to-terminal = A tar is no text: cowardly refusing to write it to a terminal. Use `-o FILE`, or redirect it: `… > files.tar`.
problem-engine-odd-answer = The engine's answer lacks what it should say ({ $header }). Is it dockwalk's or Docker's engine that answers?
problem-no-public-port = Error: No public port '{ $port }' published for { $container }. `docker port { $container }` lists those that are.
problem-prune-volumes-until = The "until" filter is not supported with "--volumes": nobody knows when a volume was used last. Leave one of them out.
problem-all-tags-of-tag = { $image }: tag can't be used with --all-tags/-a. Leave the tag out, or the flag.
cli-prune-filtered = Only what these filters fit: { $filters }
cli-prune-sure = Are you sure you want to continue?
problem-bad-duration = { $flag } { $value }: this is no duration that can be used there. Write for instance 300ms, 10s or 1m30s.
problem-health-and-none = --no-healthcheck conflicts with --health-* options. Leave out the one or the others.
problem-alias-flag-user-only = network-scoped aliases are only supported for user-defined networks. Make a network with `docker network create` and name it with --network, or leave --network-alias out.
problem-network-flag-invalid = invalid argument "{ $value }" for { $flag }: name and value belong together, and the name must be one that docker knows. Write { $flag } NAME=VALUE, or a network's name alone.
problem-network-subnet-missing = no matching subnet for { $flag } { $value }: every ip-range or gateway must have a corresponding subnet. Name the subnet with --subnet.

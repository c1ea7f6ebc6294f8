cli-engine-listens = dockwalk engine: listening at { $socket }
cli-registry-listens = dockwalk registry: listening at { $addr }
cli-engine-started = dockwalk: started an engine (process { $pid }, { $socket }). It goes on running; end it with `kill { $pid }`.
cli-mend = To mend it:
cli-built-without-window = This dockwalk was built without its window.
cli-without-window = Without a window these work: `dockwalk lesson list`, `dockwalk lesson run LESSON --headless`, `dockwalk docker run -it lab/shell:1`, `dockwalk doctor`.
cli-play-recording = The recording plays on this machine, too. In the window: run `dockwalk --lesson { $lesson }` and press “Play this lesson's recording”. Without a window: run `dockwalk lesson check { $lesson }`.
cli-trace-torn = The last line ({ $line }, { $bytes } bytes) is cut off; everything before it was read.
cli-trace-exported = { $count } events saved.
problem-docker-host-not-unix = DOCKER_HOST is { $host }, and dockwalk only speaks to a unix socket. Write unix:///path, or unset DOCKER_HOST to use dockwalk's own engine.
problem-not-in-this-build = This dockwalk was built without its engine, so it cannot do that. Use a build with the engine, on Linux.
problem-unknown-level = { $level } is no level. Write story, stage or kernel.
cli-pulling = Unable to find image '{ $image }' locally
cli-prune = This deletes all anonymous volumes that no container uses.
cli-prune-all = This deletes all volumes that no container uses.
cli-prune-images = This deletes all images that have no tag and that no container uses.
cli-prune-images-all = This deletes all images that no container uses, tagged ones as well.
problem-format-unsupported = --format { $format }: templates are not supported. Write json, and pick the fields with `jq`.
problem-not-a-terminal = the input device is not a TTY. Leave out -t, or run it in a terminal.
problem-terminal-refused = The terminal cannot be switched to raw mode ({ $reason }). Leave out -t.
problem-no-such-thing = No such object: { $name }. See `docker ps -a`, `docker images`, `docker volume ls` and `docker network ls`.
problem-one-container = You cannot start and attach multiple containers at once. Name one.
problem-bad-volume = -v { $volume }: the path cannot be made absolute ({ $reason }). Write it from / on.
problem-env-file-unreadable = --env-file { $path } cannot be read ({ $reason }). Check the path.
problem-bad-size = { $flag } { $value }: this is no number that can be used there. Write for instance 64m, 1.5g or 0.5.
problem-mount-space = --mount { $mount }: there is a space, or nothing, beside a comma. The shell cuts the option in two at a space, and the rest is taken for the image. Write it without spaces: type=bind,source=/a,target=/b.
problem-mount-without-target = --mount { $mount }: target is required. Add target=/path/in/the/container.
problem-mount-field = --mount { $mount }: '{ $field }' cannot be used there. Known are type, source, target, readonly, volume-nocopy, bind-create-src, tmpfs-size and tmpfs-mode.

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
cli-moved = { $tag } now points at what { $to } points at: { $digest }
cli-mended = { $digest } ({ $what }): as it was
problem-docker-config-unreadable = { $path } cannot be read: { $reason }. Mend that file, or move it away to go on without logins.
problem-docker-config-unwritable = { $path } cannot be written: { $reason }. Without it the login cannot be kept.
problem-credential-helper-failed = { $program } { $action } failed: { $reason }. It is named in docker's config.json (credsStore, credHelpers): install it, or take it out of there.
problem-password-unread = The password cannot be read ({ $reason }). Use --password-stdin where there is no terminal.
problem-digest-invalid = Not a digest: { $reason }. `docker images --digests` and the window show digests.
cli-prune = This deletes all anonymous volumes that no container uses.
cli-prune-all = This deletes all volumes that no container uses.
cli-prune-images = This deletes all images that have no tag and that no container uses.
cli-prune-images-all = This deletes all images that no container uses, tagged ones as well.
problem-template-refused = template parsing error: { $reason }{ $format ->
    [""] {""}
   *[other] {" "}(in { $format })
}. Docker’s templates are Go’s: `{"{{"}.Name{"}}"}`, `{"{{"}json .State{"}}"}`.
problem-not-a-terminal = the input device is not a TTY. Leave out -t, or run it in a terminal.
problem-terminal-refused = The terminal cannot be switched to raw mode ({ $reason }). Leave out -t.
problem-no-such-thing = No such object: { $name }. See `docker ps -a`, `docker images`, `docker volume ls` and `docker network ls`.
problem-one-container = You cannot start and attach multiple containers at once. Name one.
problem-bad-volume = -v { $volume }: the path cannot be made absolute ({ $reason }). Write it from / on.
problem-attach-and-detach = --attach and --detach cannot go together: one waits for what the container prints, the other does not. Leave one of them out.
problem-bad-moment = { $option } { $value }: this is no moment. Write how long ago (10m, 1h30m), a date (2026-11-21, 2026-11-21T20:55) or seconds after 1970.
problem-env-file-unreadable = --env-file { $path } cannot be read ({ $reason }). Check the path.
problem-bad-restart = --restart { $value }: maximum retry count must be an integer. Write no, always, unless-stopped, on-failure or on-failure:3.
problem-bad-size = { $flag } { $value }: this is no number that can be used there. Write for instance 64m, 1.5g or 0.5.
problem-mount-space = --mount { $mount }: there is a space, or nothing, beside a comma. The shell cuts the option in two at a space, and the rest is taken for the image. Write it without spaces: type=bind,source=/a,target=/b.
problem-mount-without-target = --mount { $mount }: target is required. Add target=/path/in/the/container.
problem-mount-field = --mount { $mount }: '{ $field }' cannot be used there. Known are type, source, target, readonly, volume-nocopy, bind-create-src, tmpfs-size and tmpfs-mode.
fsck-repaired = repaired:
fsck-harmful = damaged:
fsck-harmless = left over:
fsck-sound = The store is sound: { $images } images, { $blobs } blobs ({ $size }), { $layers } layers.
fsck-unsound = The store is damaged: { $images } images, { $blobs } blobs ({ $size }), { $layers } layers. Run `dockwalk image fsck --repair`, then pull the images again.

## Images
change-host-seen = This host was looked at: { $os }, kernel { $kernel }.
change-remark = Worth knowing: { $code }.
change-registry-seen = The registry { $host } answered.
change-registry-limit = The registry { $registry } still gives { $remaining } of { $limit } pulls.
change-registry-limit-bare = The registry { $registry } still gives { $remaining } pulls.
change-registry-waiting = The registry { $registry } is waited for, { $seconds } s. { $reason }
change-registry-waited = The wait for the registry { $registry } is over.
change-registry-damaged = In the registry, bit { $bit } of byte { $offset } of { $digest } was flipped.
change-registry-mended = In the registry, { $digest } is as it was.
change-rejected = The { $what } { $digest } was not taken: { $by } says otherwise. { $reason }
change-pushed = The blob { $digest } was sent to { $repository }: { $size }.
change-pushed-existing = The blob { $digest } is in { $repository } already.
change-pushed-mounted = The blob { $digest } was taken over into { $repository } from { $from }: nothing was sent.
content-index = index
content-manifest = manifest
content-config = config
content-blob = blob
promise-reference = the digest that was asked for
promise-header = the header Docker-Content-Digest
promise-index = the descriptor in the index
promise-manifest = the descriptor in the manifest
promise-config = the diff id in the config
change-tag-resolved = The tag { $reference } points at the document { $digest }.
change-tag-resolved-moved = The tag { $reference } was moved: it pointed at { $from } before, and points at the document { $digest } now.
change-index-read = The index was read: { $count } entries.
change-platform-chosen = The entry for this machine, { $platform }, was picked.
change-manifest-read = The manifest was read: one config and { $count } layers.
change-config-read = The config was read. Its digest, { $digest }, is the image ID.
change-image-tagged = The image { $image } got the tag { $reference }.
change-image-tagged-moved = The tag { $reference } moved from the image { $from } to { $image }.
change-image-untagged = The tag { $reference } was taken off.
change-image-gone = The image { $image } was deleted.

## Layers
change-blob-wanted = The blob { $digest } of { $size } waits to be fetched.
change-blob-progress = The blob { $digest } is coming in: { $percent } %.
change-blob-verified = The blob { $digest } is verified: { $size }, size and sha256 both match.
change-blob-verified-reused = The blob { $digest } was here already and is not fetched again.
change-blob-rejected = The blob { $digest } was thrown away. { $reason }
change-blob-gone = The blob { $digest } was deleted.
change-layer-unpacked = A layer was unpacked: { $entries } entries, { $size } of content.
change-layer-gone = The directory of layer { $layer } was deleted.

## Storage
change-mount-seen-overlay = A writable layer on top of { $count } layers: the overlay is mounted.
change-mount-seen-volume = The volume { $volume } is mounted at { $target } in the container.
change-mount-seen-bind = The host's { $from } is mounted at { $target } in the container.
change-mount-seen-tmpfs = Memory (tmpfs) is mounted at { $target } in the container.
change-mount-seen = A { $fstype } file system is mounted at { $target }.
change-mount-gone = { $target } is no longer mounted.
change-volume-seen = The volume { $volume } is there; its content is in the host's { $path }.
change-volume-gone = The volume { $volume } was deleted.
change-dir-seen-upper = The container's writable layer is there: { $path }.
change-dir-seen-work = The overlay's work directory is there: { $path }.
change-dir-seen-merged = The directory that will show everything merged is there: { $path }.
change-dir-seen-bind = The host's { $path } is used for a bind mount.
change-dir-gone = The directory { $path } was deleted.

## Containers and processes
change-container-created = The container { $container } was made from { $image }.
change-container-state-created = The container { $container } is created.
change-container-state-running = The container { $container } runs; the host sees it as process { $pid }.
change-container-state-exited = The container { $container } stopped with status { $status }.
change-container-gone = The container { $container } was deleted.
change-namespace-seen = The container { $container } has a { $kind } namespace of its own, inode { $inode }.
change-namespace-seen-host = The { $kind } namespace that plays the host is there, inode { $inode }.
change-namespace-gone = The { $kind } namespace { $inode } is gone.
change-process-seen = Process { $pid } is born; in its own PID namespace it is number { $inner }.
change-process-changed-executes = Process { $pid } executes: { $value }.
change-process-changed-hostname = Process { $pid } now sees the hostname { $value }.
change-process-changed-root = The root (/) of process { $pid } is now the container's file system: { $value }.
change-process-changed-credentials = User and group of process { $pid } are now { $value }.
change-process-changed-capabilities = Process { $pid } is left with { $value } capabilities.
change-process-changed-seccomp = A seccomp filter is on process { $pid }: { $value }.
change-process-changed-no-new-privs = no_new_privs of process { $pid } is now { $value }.
change-process-changed-working-dir = The working directory of process { $pid } is now { $value }.
change-process-changed-cgroup = Process { $pid } is now in the cgroup { $value }.
change-process-changed-protected = { $value } dangerous paths are masked or read-only for process { $pid }.
change-process-changed-did = Process { $pid } finished one piece of its set-up: { $value }.
change-process-gone = Process { $pid } ended with status { $status }.
change-cgroup-seen = The container { $container } has a cgroup.
change-cgroup-seen-limits = The container { $container } has a cgroup with limits: { $limits }.
change-cgroup-gone = The cgroup { $path } was removed.

## Network
change-network-seen = The network { $network } is there.
change-network-gone = The network { $network } was removed.
change-address-reserved = The address { $address } is set aside for { $container }.
change-address-released = The address { $address } is free again.
change-link-seen = The link { $link } is there, ifindex { $index }.
change-link-seen-moved = The link { $link } moved into the network namespace of { $container }.
change-link-seen-moved-to-host = The link { $link } came back into the host's network namespace.
change-link-seen-renamed = The link { $old } is now called { $link }.
change-link-seen-joined = The link { $link } was plugged into the bridge { $bridge }.
change-link-seen-up = The link { $link } is up.
change-link-seen-down = The link { $link } is down.
change-link-seen-again = The link { $link } was looked at again.
change-link-gone = The link { $link } is gone.
change-addr-seen = The link { $link } has the address { $address }.
change-addr-gone = The link { $link } lost the address { $address }.
change-route-seen = A route to { $destination } is there, via { $via } out of { $link }.
change-route-seen-direct = A route to { $destination } is there, directly out of { $link }.
change-route-gone = The route to { $destination } is gone.
change-rule-seen = A rule is in force: { $rule }
change-rule-gone = A rule is gone: { $rule }

## Everything else that happens
event-op-began = A request came in: { $subject } ({ $request }).
event-op-done = The request is done: { $title }.
event-op-failed = The request failed: { $title }. { $reason }
event-op-cancelled = The request was cancelled: { $title }.
event-step-announced = Next: { $title } ({ $subject }).
event-step-done = Done: { $title }.
event-step-failed = Failed: { $title }. { $reason }
event-step-cancelled = Cancelled: { $title }.
event-console-host = The host's terminal printed something.
event-console-container = The terminal of { $container } printed something.

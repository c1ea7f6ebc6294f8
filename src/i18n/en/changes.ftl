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
change-config-read = The config was read. Its digest is { $digest }.
change-image-tagged = The image with the ID { $image } got the tag { $reference }.
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
change-layer-there = The directory of layer { $layer } was there already: it was not unpacked again.
change-layer-unpacked = A layer was unpacked: { $entries } entries, { $size } of content.
change-layer-gone = The directory of layer { $layer } was deleted.

## Storage
change-mount-seen-overlay = A writable layer on top of { $count } layers: the overlay is mounted.
change-mount-seen-volume = The volume { $volume } is mounted at { $target } in the container.
change-mount-seen-of-volume = What the volume { $volume } is made of ({ $fstype }) is mounted at the host's { $target }.
change-mount-seen-bind = The host's { $from } is mounted at { $target } in the container.
change-mount-seen-tmpfs = Memory (tmpfs) is mounted at { $target } in the container.
change-mount-seen = A { $fstype } file system is mounted at { $target }.
change-mount-gone = { $target } is no longer mounted.
change-volume-seen = The volume { $volume } is there; its content is in the host's { $path }.
change-volume-gone = The volume { $volume } was deleted.
change-volume-exported = The volume { $volume } was exported: { $entries } files and directories, an archive of { $bytes }.
change-volume-imported = The volume { $volume } was imported and verified: { $entries } files and directories out of an archive of { $bytes }.
change-dir-seen-upper = The container's writable layer is there: { $path }.
change-dir-seen-work = The overlay's work directory is there: { $path }.
change-dir-seen-merged = The directory that will show everything merged is there: { $path }.
change-dir-seen-bind = The host's { $path } is used for a bind mount.
change-dir-gone = The directory { $path } was deleted.
change-contents-gone = { $kind ->
    [volume] Nothing lies at the path of the volume { $name } any more.
    [bind] Nothing lies at the host's { $name } any more.
   *[tmpfs] The tmpfs at { $name } is gone.
} Containers keep what they have mounted.
change-contents-replaced = { $kind ->
    [volume] Something else lies at the path of the volume { $name } now.
    [bind] Another file or directory lies at the host's { $name } now: many editors save so.
   *[tmpfs] Something else is at { $name } now.
} Containers keep what they have mounted.
change-contents-empty = { $kind ->
    [volume] There is no file in the volume { $name }.
    [bind] There is no file at the host's { $name }.
   *[tmpfs] There is no file in the tmpfs at { $name }.
}
change-contents-appeared = { $kind ->
    [volume] The file { $path } appeared in the volume { $name }.
    [bind] The host's { $name }{ $path } appeared.
   *[tmpfs] The file { $path } appeared in the tmpfs at { $name }.
} Its size: { $size }. Files now: { $files }, { $bytes } together.
change-contents-changed = { $kind ->
    [volume] The file { $path } changed in the volume { $name }.
    [bind] The host's { $name }{ $path } changed.
   *[tmpfs] The file { $path } changed in the tmpfs at { $name }.
} Its size: { $size }. Files now: { $files }, { $bytes } together.
change-contents-fewer = { $kind ->
    [volume] Files were deleted from the volume { $name }.
    [bind] Files were deleted from the host's { $name }.
   *[tmpfs] Files were deleted from the tmpfs at { $name }.
} Files now: { $files }, { $bytes } together.
change-contents-many = { $kind ->
    [volume] In the volume { $name }
    [bind] At the host's { $name }
   *[tmpfs] In the tmpfs at { $name }
} there are files: { $files }, { $bytes } together.
change-upper-added = { $container } wrote a new file /{ $path } of { $size } into its writable layer.
change-upper-added-dir = { $container } made the directory /{ $path } in its writable layer.
change-upper-copied = { $container } changes /{ $path } of a lower layer: the kernel copied { $bytes } up into the writable layer first (copy-up). It has { $size } now.
change-upper-copied-nothing = { $container } opened /{ $path }, { $below } in a lower layer, to empty it: nothing of it was copied (copy-up of 0 B).
change-upper-written = { $container } wrote again to /{ $path } in its writable layer. It has { $size } now.
change-upper-replaced = { $container } made a new /{ $path } of { $size } that hides the one of a lower layer.
change-upper-deleted = { $container } deleted /{ $path }: a whiteout is in the writable layer, and the lower layer keeps its file.
change-upper-opaque = { $container } made the directory /{ $path } anew: it hides all that the lower layers have in it (opaque).
change-upper-mount-points = The engine made { $count } empty places to mount on (mount points) in the writable layer of { $container }.
change-upper-gone = /{ $path } is in the writable layer of { $container } no more.
change-upper-many = { $count } paths of { $container }'s writable layer are different. It has { $paths } in all, { $bytes }, and { $copied } were copied up so far.

## Containers and processes
change-container-created = The container { $container } was made from { $image }.
change-container-found = The container { $container }, made from { $image }, was here before this engine: it was taken up again.
change-container-state-created = The container { $container } is created.
change-container-state-running = The container { $container } runs; the host sees it as process { $pid }.
change-container-state-paused = The container { $container } stands still; its process { $pid } is there, and gets no time of a processor.
change-container-state-restarting = The container { $container } stopped with status { $status }, and its restart policy starts it again soon.
change-container-state-exited = The container { $container } stopped with status { $status }.
change-container-health-starting = The health check of the container { $container } begins; nothing is known of it yet.
change-container-health-healthy = The container { $container } is healthy: its health check went well.
change-container-health-unhealthy = The container { $container } is unhealthy: its health check failed too often in a row.
change-container-renamed = The container { $container } is now called { $name }.
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
change-process-changed-bounding = Process { $pid } can never have more than { $value } capabilities.
change-process-changed-pids = Process { $pid } has a number in each pid namespace, from the engine's to its own: { $value }.
change-process-changed-users-all = Process { $pid } has no user namespace of its own: its users are the host's.
change-process-changed-users = root in process { $pid } is user { $value } outside.
change-process-changed-kernel = Process { $pid } is answered by the kernel { $value }.
change-process-changed-seccomp = A seccomp filter is on process { $pid }: { $value }.
change-process-changed-no-new-privs = no_new_privs of process { $pid } is now { $value }.
change-process-changed-working-dir = The working directory of process { $pid } is now { $value }.
change-process-changed-cgroup = Process { $pid } is now in the cgroup { $value }.
change-process-changed-protected = { $value } dangerous paths are masked or read-only for process { $pid }.
change-process-changed-did = Process { $pid } finished one piece of its set-up: { $value }.
change-process-gone = Process { $pid } ended with status { $status }.
change-cgroup-seen = The container { $container } has a cgroup.
change-cgroup-seen-limits = The container { $container } has a cgroup with limits: { $limits }.
change-usage-seen = { $container } now uses { $memory } of memory and has { $tasks } processes and threads.
change-bytes-counted-upper = Counted what { $name } has written into its own layer: { $size }.
change-bytes-counted-volume = Counted what is in volume { $name }: { $size }.
change-bytes-uncounted = The bytes of volume { $name } could not be counted.
change-disk-seen = The disk that { $path } is on has { $size }, of which { $free } are free. There are { $images } images.
change-speed-measured = Measured at { $target } of { $container }, { $pattern }: median { $median }, { $fastest } – { $slowest } ({ $runs } runs).
change-speed-refused = { $target } of { $container } was not measured.
change-memory-seen = The tmpfs at { $target } has no disk: its device number is { $device }, and this machine has no swap either.
change-memory-seen-swap = The tmpfs at { $target } has no disk: its device number is { $device }. This machine has { $swap } of swap, though, where it may go when memory is short: { $areas }.
change-call-tried-filtered = The seccomp filter of { $container } refused { $call }: { $answer }.
change-call-tried-refused = The kernel refused { $call } in { $container }, with its seccomp filter and without: { $answer }.
change-call-tried-done = The seccomp filter of { $container } let { $call } through, and the kernel did it: { $answer }.
change-call-tried-refused-bare = { $container } has no seccomp filter, and the kernel refused { $call }: { $answer }.
change-call-tried-done-bare = { $container } has no seccomp filter, and the kernel did { $call }: { $answer }.
change-cgroup-gone = The cgroup { $path } was removed.

## Network
change-network-seen = The network { $network } is there.
change-network-gone = The network { $network } was removed.
change-address-reserved = The engine reserved the address { $address } for { $container } in its own list. No link has it yet.
change-address-released = In the engine’s list { $address } is free again.
change-link-seen = The link { $link } is there, ifindex { $index }.
change-link-seen-moved = The link { $link } moved into the network namespace of { $container }.
change-link-seen-moved-to-host = The link { $link } came back into the host's network namespace.
change-link-seen-renamed = The link { $old } is now called { $link }.
change-link-seen-joined = The link { $link } was plugged into the bridge { $bridge }.
change-link-seen-up = The link { $link } is up.
change-link-seen-down = The link { $link } is down.
change-link-seen-carrier = The link { $link } has a carrier: something that runs is at its other end.
change-link-seen-no-carrier = The link { $link } is on but has no carrier any more (NO-CARRIER): nothing runs at its other end.
change-link-seen-state = The kernel now says of the link { $link }: { $state }.
change-link-seen-port = The bridge now treats its port { $link } so: { $state }.
change-link-seen-isolated = The bridge’s port { $link } is isolated now: the bridge passes nothing on between it and other isolated ports.
change-link-seen-isolated-no-more = The bridge’s port { $link } is isolated no more.
change-link-seen-again = The link { $link } was looked at again.
change-link-gone = The link { $link } is gone.
change-addr-seen = The link { $link } has the address { $address }.
change-addr-gone = The link { $link } lost the address { $address }.
change-mac-learned = The bridge { $bridge } heard { $mac } at its port { $port }, and learned it: what is for that address leaves by that port alone.
change-mac-forgotten = The bridge { $bridge } has forgotten { $mac }.
change-route-seen = A route to { $destination } is there, via { $via } out of { $link }.
change-route-seen-direct = A route to { $destination } is there, directly out of { $link }.
change-route-seen-refusing = A route that leads nowhere is there: { $route }.
change-route-gone = The route to { $destination } is gone.
change-rule-seen = A rule is in force: { $rule }
change-port-published = { $host }/{ $transport } on the host leads to { $to } of { $container }
change-port-published-here = { $host }/{ $transport } on the host, and { $machine } of this machine, lead to { $to } of { $container }
change-port-closed = Nobody listens on { $port } any more
change-rule-gone = A rule is gone: { $rule }
end-host = the host
end-outside = the outside
change-reach-probed-answered = { $from } asked ({ $asked }), and there was an answer.
change-reach-probed-refused = { $from } asked ({ $asked }), and { $to } said that nobody listens there: it is reached.
change-reach-probed-unreachable = { $from } asked ({ $asked }): there is no way to { $to }.
change-reach-probed-no-such-name = { $from } asked ({ $asked }), and nobody knew that name.
change-reach-probed-silent = { $from } asked ({ $asked }), and nothing came back from { $to }.
change-reach-probed-not-sent = { $from } wanted to ask ({ $asked }), and the kernel had no room to send it. Whether { $to } is reached stays open.
change-walk-began = A packet is followed: { $packet }, from { $from } to { $to }. It is looked for at { $links } links.
change-walk-began-no-rules = A packet is followed: { $packet }, from { $from } to { $to }. It is looked for at { $links } links; the kernel does not tell which rules it meets.
change-packet-seen-in = { $link } ← { $packet }
change-packet-seen-out = { $link } → { $packet }
change-packet-seen-in-changed = { $link } ← { $packet } ({ $changes })
change-packet-seen-out-changed = { $link } → { $packet } ({ $changes })
change-packet-seen-at-rule = It met a rule of the chain { $chain }: { $rule } – { $verdict }
change-packet-seen-at-policy = The chain { $chain } was through: its policy is { $verdict }
change-walk-ended-answered = { $to } answered: the packet went there and back.
change-walk-ended-answered-by-host = The host’s own socket at that port answered. From there the engine goes on to { $to } by a connection of its own, which is not followed.
change-walk-ended-answered-elsewhere = An answer came, but it was not seen leaving { $to } by any link: somebody else answered.
change-walk-ended-unclear = An answer came, but not all frames were seen: whether { $to } gave it is not known.
change-walk-ended-refused = { $to } is reached, and said that nobody listens at that port.
change-walk-ended-arrived = The packet arrived at { $to }, and nothing came back.
change-walk-ended-no-such-name = Nobody knew the name { $to }.
change-walk-ended-silent = Nothing came back, and what stopped the packet is not known.
change-walk-ended-rule = A rule dropped the packet ({ $place }): { $rule }
change-walk-ended-rule-computed = Nothing came back. As computed, this rule drops the packet ({ $place }): { $rule }
change-walk-ended-no-route = The packet did not leave: no route leads to { $address }.
change-walk-ended-dead-route = The packet came no further: the route to there leads nowhere ({ $route }).
change-walk-ended-port-blocked = The packet came no further: the bridge lets nothing through at its port { $link }.
change-walk-ended-link-down = The packet came no further: the link { $link } carries nothing.
change-walk-ended-nobody-answers = The packet came no further: nobody answered who has { $address } ({ $asked }).
change-walk-ended-reported = { $by } said that the packet cannot be delivered ({ $protocol } type { $kind }, code { $code }).
change-walk-ended-expired = { $by } said that the packet came by too many hosts ({ $protocol } time exceeded, code { $code }): it goes round in a circle, or was sent with too small a TTL.
change-walk-ended-no-forwarding = The packet came no further: the host forwards nothing (net.ipv4.ip_forward).
change-walk-ended-no-masquerade = The packet left with its own address, which nobody outside can answer: no rule masquerades it.
change-walk-ended-no-forwarding-six = The packet came no further: the host forwards nothing of IPv6 (net.ipv6.conf.all.forwarding).
change-walk-ended-no-uplink-six = The packet came no further: the host has no way out by IPv6.
change-walk-ended-no-uplink = The packet came no further: the lab has no way out.

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
trace-dropped = The trace has reached its limit: the oldest { $operations } operations ({ $events } events) are kept no longer. What is shown as true now still is; there is no way back before that, and no evidence from then. To keep more, start the engine with a larger limit, such as --trace-limit 2g.

## What the engine itself keeps, computes or decides: nothing outside was asked
evidence-kernel = The kernel · { $how }
evidence-registry = The registry · HTTP
evidence-program = A program · { $name }
evidence-hash = Computed by the engine · sha256
evidence-client = A client's request · API
evidence-blob = A blob that the engine keeps
evidence-file = A file of the host · { $name }
evidence-own = The engine's own bookkeeping · { $book }
evidence-own-addresses = addresses given
evidence-own-archive = what an archive holds
evidence-own-comparison = contents compared
evidence-own-copy = what was copied
evidence-own-document = a document it wrote
evidence-own-decision = a decision
evidence-own-measurement = what was counted and timed
evidence-own-search = what it went through
evidence-own-time = time passed

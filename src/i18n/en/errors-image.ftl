problem-no-such-image = No such image here: { $image }. See what there is with `docker images`, or fetch it with `docker pull { $image }`.
problem-image-id-ambiguous = { $id } is the beginning of more than one image id. Write more of its digits.
problem-no-such-layer = There is no layer { $chain } in this engine's store. `dockwalk image tree IMAGE` names the layers of an image.
problem-no-such-path = { $path }: there is nothing of that name in the layer { $layer }. `dockwalk image which IMAGE PATH` says which layers have it.
problem-not-a-regular-file = { $path } in the layer { $layer } is no regular file, so it has no content to show. `dockwalk image which IMAGE PATH` says what it is.
problem-no-path-given = No path was given. Add ?path=…, percent-encoded and without a slash at its beginning.
problem-range-beyond-end = The bytes { $range } were asked for, and the file has { $size }. Ask for bytes before its end.
problem-no-writable-layer = The container { $container } has no writable layer yet. It gets one when it is started for the first time.
problem-image-not-found = The registry { $registry } does not have { $image }: 404. Check the name and the tag for typos.
problem-registry-unreachable = The registry { $registry } cannot be reached ({ $reason }). Check that its name and port are right, that it runs, and that this host has a network; `lab/…` images need no network.
problem-registry-refused = The registry { $registry } refuses { $image } ({ $status }): { $reason }. Check the name, and log in with `docker login { $registry }` if the repository is private.
problem-registry-odd-answer = The registry { $registry } answered { $status } to { $url }. Try again later; if it stays so, ask whoever runs the registry.
problem-rate-limited = The registry { $registry } allows no more pulls for now (429): { $remaining } of { $limit } left, try again after { $after } seconds ({ $when }). Log in to get more, or use an image of the built-in registry (`lab/…`).
problem-plain-http-refused = The registry { $registry } speaks HTTP without TLS, which is only allowed on this same host. Give the registry a certificate, or start the engine with `dockwalk engine --insecure-registry { $registry }` if you trust the network between.
problem-digest-mismatch = The registry { $registry } sent bytes whose digest is { $computed }, not { $expected }. { $by ->
    [reference] This was caught by the digest in the name that you asked for.
    [header] This was caught by the header Docker-Content-Digest of the same answer; a tag alone promises nothing.
    [index] This was caught by the descriptor in the index.
    [manifest] This was caught by the descriptor in the manifest.
   *[other] This was caught by what promised it.
} The bytes were thrown away. Something changes or damages the data on the way, or the registry's store is broken: try again, then ask whoever runs the registry.
problem-blob-missing = The registry { $registry } has the manifest of { $image }, and lacks the blob { $digest } that it names (404). Whoever pushed the image must push it again.
problem-push-by-digest = { $image } names a digest. What is pushed gets its digest from its bytes: push a tag instead, e.g. after `docker tag`.
problem-push-blob-missing = The blob { $digest } of { $image } is not here, and the registry does not have it either. Pull the image again, then push it.
problem-push-not-kept = The registry { $registry } took the manifest of { $image } and gives another one: { $computed } instead of { $expected }. Try again, then ask whoever runs the registry.
problem-registry-read-only = The registry { $registry } takes nothing: it can only be read. Push to another registry; the built-in one (`lab/…`) is read-only, too.
problem-certificate-untrusted = The certificate of the registry { $registry } is not trusted here ({ $reason }). If it is of a private certificate authority, put that authority's certificate into /etc/docker/certs.d/{ $registry }/ca.crt.
problem-certificate-unreadable = { $path } is no certificate or key in PEM form: { $reason }. Put the right file there, or remove it.
problem-mirror-failed = The mirror { $mirror } did not give { $image } ({ $reason }): the registry itself is asked.
problem-mirror-invalid = `{ $url }` is no address of a mirror. Write it as `https://mirror.example` or `http://10.0.0.1:5000`.
problem-registry-lacks-digest = The built-in registry has nothing with the digest { $digest }. Choose the digest of one of its indexes, manifests, configs or layers (`lab/…`).
problem-not-damaged = Nothing with the digest { $digest } is damaged in the built-in registry. `dockwalk registry damaged` lists what is.
problem-offset-beyond-end = { $digest } has { $size } bytes; there is no byte { $offset } to damage. Choose a smaller offset.
problem-damage-not-seen = A bit of { $digest } was flipped, and yet the built-in registry sends the right bytes. This is a fault of dockwalk's: report it.
problem-damage-not-mended = { $digest } was put back, and yet the built-in registry sends other bytes. This is a fault of dockwalk's: report it.
problem-no-builtin-registry = This engine has no built-in registry. Start it again; `dockwalk doctor` says what it lacks.
problem-size-mismatch = The registry { $registry } sent { $received } bytes for { $digest }, whose descriptor says { $expected }. They were thrown away. Either the manifest is wrong – then whoever made the image must push it again – or the registry's store or a proxy between is broken: ask whoever runs it.
problem-blob-truncated = The connection to { $registry } broke off at { $received } of { $expected } bytes of { $digest } ({ $reason }). What has come is kept: pull again and it goes on from there. If it always ends at the same byte, the registry has no more of it, or the size in the manifest is wrong: ask whoever runs the registry.
problem-diff-id-mismatch = The layer { $digest } unpacks to { $computed }, but the image's config promises { $expected }. It was thrown away. The image was put together wrongly: build and push it again.
problem-platform-not-available = { $image } is not made for { $wanted }. It is there for: { $available }. Choose one of these with `--platform`, or another image.
problem-platform-differs = { $image } is made for { $platform }, and this host is { $host }. Its programs will not run here unless the host emulates that platform.
problem-manifest-field = The document { $digest } is no image that can be read: { $found ->
    [missing] it lacks the field { $field }.
    [twice] it has the field { $field } more than once.
   *[other] { $field } is { $found }, and must be { $wanted }.
} Have it put right where the image was built, and push it again.
problem-manifest-unsupported = The document { $digest } is no image that can be read: { $reason }. Images of schema 2 and OCI images can; push it again with a current tool.
problem-document-too-large = The registry { $registry } has a document of { $size } bytes ({ $document }); no document of an image may have more than { $limit }. Nobody pulls such an image: whoever made it must make it smaller.
problem-artifact-not-image = { $digest } is no image but something else that is kept in registries: { $kind }. It cannot be run; a tool that knows this kind (`oras`, `helm`, `cosign`, …) can fetch it.
problem-schema1-unsupported = { $digest } is an image of schema version 1, from before 2017: its layers have no digests of their own content, so nothing of it can be verified. Docker has dropped them, too. Push the image again with a current tool.
problem-index-without-images = Nothing of what { $image } lists ({ $count }) is an image: attestations, which say how one was built, or indexes without any. Whoever published it must push the image itself.
problem-index-too-deep = In the index { $digest } there is an index again, more than { $depth } deep. No image is found that far down: whoever published it must list the image higher up.
problem-foreign-layer = The layer { $digest } of { $image } may not be passed on by its owner's will (a foreign, nondistributable layer), and { $registry } does not have it; nor does any address in the manifest give it. Use an image without such layers: mostly they are of Windows.
problem-layer-damaged = The layer { $digest } cannot be unpacked: { $reason }. The image was put together wrongly: build and push it again.
problem-layer-name-too-long = The layer { $digest } has a name of { $length } bytes, and Linux takes { $limit }: { $path }. The image was put together wrongly, or means harm: do not run it.
problem-layer-too-deep = { $path } in the layer { $digest } leads to more than { $limit } directories within each other. No honest image has that: do not run it.
problem-upper-too-deep = The container has nested directories more than { $limit } deep, or to a path that Linux cannot name: { $path }. No image layer can hold that. Delete it in the container, then try again.
problem-layer-header-too-large = The layer { $digest } has an extended header of { $size } bytes; up to { $limit } are read, here as in Docker. The image was put together wrongly, or means harm: do not run it.
problem-layer-too-many-entries = The layer { $digest } has more than { $limit } entries. It was thrown away. If it is meant so, divide it into several layers.
problem-layer-too-many-directories = The paths of the directories in the layer { $digest } are longer than { $limit } bytes together. It was thrown away. If it is meant so, divide it into several layers.
problem-layer-bomb = The layer { $digest } grew from { $compressed } to { $size } bytes while it was unpacked, more than { $limit } times, and was thrown away before it filled the disk. An archive that does that is made to do harm: do not run the image.
problem-layer-attribute-too-large = The extended attribute { $name } of { $path } in the layer { $digest } has { $size } bytes with its name, more than this file system keeps. Keep the engine's root on another file system (XFS), or build the image without it.
problem-layer-attribute-invalid = The extended attribute { $name } of { $path } in the layer { $digest } is none that Linux takes: { $reason } (it has { $size } bytes with its name). The image was put together wrongly: build and push it again.
problem-layer-file-too-large = { $path } in the layer { $digest } claims more bytes than a file of this file system can have. The image was put together wrongly, or means harm: do not run it.
problem-id-out-of-range = { $path } belongs to { $kind ->
        [group] group
        [id] id
       *[user] user
    } { $id }. { $grant ->
        [none] No range of subordinate ids reaches that far on this host. Have the image built with another owner, or run the engine as root.
        [restart] { $file } grants enough ids, but this engine began without them: restart the engine, then do this again. If it fails again, `dockwalk doctor` says why.
        [unknown] Give this user more subordinate ids in { $file } and restart the engine, or run it as root.
       *[other] That takes { $needed } subordinate ids, and { $file } grants this user { $have }. Grant the rest with `{ $grant }`, restart the engine, then do this again. Or run the engine as root.
    }
problem-owners-squashed = { $path } ({ $kind ->
        [group] group
        [id] id
       *[user] user
    } { $id }) and other files were given to root, because this engine has no subordinate ids. { $grant ->
        [none] No range of them reaches that far on this host.
        [restart] { $file } grants enough, but this engine began without them: restart the engine, remove the image and pull it again. If it is so again, `dockwalk doctor` says why.
        [unknown] Give this user more subordinate ids in { $file } and restart the engine, or run it as root.
       *[other] To keep owners as the image has them takes { $needed } of them in { $file }: `{ $grant }`. Then restart the engine, remove the image and pull it again.
    }
problem-device-skipped = { $path } is a device node, which cannot be made without root. It was left out.
problem-attribute-skipped = The extended attribute { $name } of { $path } cannot be kept on this file system by this user. It was left out.
problem-store-unreadable = { $path } cannot be read: { $reason }. Another version of dockwalk may have written it. Move it away to start with an empty list of images.
problem-image-in-use = conflict: unable to remove repository reference "{ $image }" (must force) - container { $container } is using its referenced image. Remove the container first, or only the tag with `--force`.
problem-image-in-use-running = conflict: unable to delete { $image } (cannot be forced) - image is being used by running container { $container }. Remove the container first: `docker rm -f { $container }`.
problem-image-in-use-stopped = conflict: unable to delete { $image } (must be forced) - image is being used by stopped container { $container }. Remove the container first, or the image all the same with `--force`.
problem-image-many-repositories = conflict: unable to delete { $image } (must be forced) - image is referenced in multiple repositories or by several tags ({ $tags }). Remove them one by one, or all with `--force`.
problem-busybox-missing = The built-in images need a statically linked busybox, and { $path } is none ({ $reason }). Install it: `sudo apt-get install busybox-static`.
problem-busybox-lacks = The busybox at { $path } has no { $applet }. Install the one of Debian or Ubuntu: `sudo apt-get install busybox-static`.
problem-recipe-invalid = The recipe of a built-in image is wrong ({ $recipe }: { $reason }). This is a fault of dockwalk's: report it.
problem-address-taken = The built-in registry cannot listen on { $address } ({ $reason }). Choose another port, or 0 for any free one.

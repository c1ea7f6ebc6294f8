problem-archive-damaged = The archive cannot be read: { $reason }. It was cut off, or it is no tar of images. Nothing was loaded; write the archive again and load that.
problem-archive-hostile = The archive has an entry that no honest tool writes: { $name } ({ $reason }). Nothing was loaded. Do not use this file, and ask whoever gave it to you where it comes from.
problem-archive-missing = The archive lacks { $name }, which { $by } names. Nothing of that image was loaded. Write the archive again: it was put together wrongly, or cut.
problem-archive-name-outside = { $by } in the archive names { $name }, which no honest tool does ({ $reason }). Nothing of that image was loaded. Do not use this file, and ask whoever gave it to you where it comes from.
problem-archive-duplicate = The archive holds { $name } more than once, with different content. One tool would take the first and another the last, so nothing was loaded.
problem-archive-document-large = { $name } in the archive is { $size } bytes long, and a document of an image has at most { $limit }. Nothing was loaded.
problem-archive-document = { $name } in the archive cannot be read: { $reason }. Nothing of that image was loaded; write the archive again with a current tool.
problem-archive-field = { $name } in the archive cannot be read: { $found ->
    [missing] it lacks the field { $field }.
    [twice] it has the field { $field } more than once.
   *[other] { $field } is { $found }, and must be { $wanted }.
} Nothing of that image was loaded. Have it put right where the archive was made.
problem-archive-digest = { $name } in the archive has the digest { $computed }, but is listed as { $expected }. Nothing of that image was loaded: the archive is damaged, or somebody changed it.
problem-archive-size = { $name } in the archive is { $size } bytes long, but is listed with { $expected }. Nothing of that image was loaded: the archive is damaged, or somebody changed it.
problem-archive-tag = The image { $image } was loaded, but { $name } in the archive gives it a name that is none: { $reason }. Neither that name nor what stands behind it in the list was taken. Give the image a name: `docker tag { $image } NAME:TAG`.
problem-archive-no-images = The archive holds no images: neither index.json (OCI) nor manifest.json (Docker) is in it. To make an image of a tar of files, use `docker import`.
problem-archive-too-old = The archive is of a Docker before 1.10 and says nothing of digests. Load it into a Docker of that time, or with `skopeo copy`, and save it again.
problem-archive-compression = The archive is compressed with { $kind }, which neither dockwalk nor Docker decompresses (gzip, zstd, xz and bzip2 they do). Nothing was kept. Decompress it first: `{ $command }`.
problem-archive-format = This is no tar: it is { $kind }. Nothing was kept. A tar is needed, plain or packed with gzip, zstd, xz or bzip2: `docker save` writes one of images for `docker load`, `tar -c` one of files for `docker import`.
problem-archive-list-empty = { $name } in the archive lists no image: there is nothing to load. Write the archive again and name the image, as in `docker save NAME`.
problem-archive-attestations = { $name } in the archive lists no image: all it lists ({ $count }) are attestations, which say how an image was built. Nothing was loaded. Save the image itself, or build it without (`--provenance=false --sbom=false`).
problem-archive-many-files = The archive has more than { $limit } entries. No archive of images has; nothing was loaded.
problem-archive-platform = The image { $image } of the archive is made for { $available }, not for { $wanted }. Save it again on a machine of that kind, or with `--platform`.
problem-change-invalid = The instruction `{ $change }` cannot be applied to an image: { $reason }. Allowed are CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and WORKDIR, written as in a Dockerfile.
problem-image-has-children = { $image } is the parent of the image { $child }, which was committed from it. Remove that one first.
problem-tag-with-digest = { $reference } names a digest. A new tag needs a name that people choose: NAME[:TAG].
problem-filter-value = The filter { $filter } does not understand { $value }.
problem-nothing-to-save = No image was named. Say which: `docker save IMAGE`.
problem-store-blob-missing = The blob { $digest } of this image is not in the store. Look with `dockwalk image fsck`, and pull the image again.
problem-store-blob-damaged = The blob { $digest } in the store has changed: its sha256 is { $computed } now. The disk or somebody damaged it. Mend the store with `dockwalk image fsck --repair`, and pull the image again.
problem-file-unreadable = The file { $file } cannot be read: { $reason }. Check the path and who may read it.
problem-file-unwritable = The file { $file } cannot be written: { $reason }. Check the path, who may write there, and whether the disk is full. Nothing half-written stays.
problem-save-to-terminal = An archive is not written to a terminal. Name a file with `-o FILE`, or send the output somewhere: `docker save IMAGE > FILE`.
problem-load-from-terminal = There is nothing to load: standard input is a terminal. Name a file with `-i FILE`, or send one in: `docker load < FILE`.
problem-commit-not-paused = The container { $container } ran on while it was committed: this user can make no control group here, and by one it would be held. What it wrote meanwhile may be in the image in part. Stop it first where that matters.
problem-commit-whiteout-name = { $path } begins with `.wh.`, and in a layer that name would delete another file. Rename it in the container, then commit again.
problem-commit-redirect = The kernel noted the renaming of { $path } instead of copying it (overlay { $name }), so the writable layer alone does not hold it. Switch that off (`echo N > /sys/module/overlay/parameters/redirect_dir`, and `metacopy`), and make the container again.
problem-socket-skipped = { $path } is a socket. It means nothing without the process that listens, and was left out.
problem-store-blob-orphan = The blob { $digest } ({ $size } bytes) is of no image. It only takes room.
problem-store-layer-damaged = The directory of the layer { $layer } is not what its tar says: { $reason } is missing or different. Repair the store, then pull the image again.
problem-store-layer-orphan = The directory of the layer { $layer } is of no image. It only takes room.
problem-store-image-blob = The image { $image } lacks its blob { $digest }. Pull the image again.
problem-store-image-layer = The image { $image } lacks the directory of its layer { $layer }. Pull the image again.
problem-store-tag-lost = The tag { $reference } points at the image { $image }, which is not here. Pull it again.
problem-store-stray = { $path } is nothing that dockwalk put there. It only takes room.

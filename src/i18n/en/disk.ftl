# What takes how much of the disk, and what a prune would take away

## Above the picture
disk-bar-disk = Disk
disk-bar-disk-why = How much of the disk images, containers and volumes take, and what a prune would take away
disk-bar-measure = Measure the disk
disk-bar-measuring = measuring
disk-bar-measure-why = The engine counts the bytes of writable layers and volumes now. By hand: docker system df -v
disk-bar-prune = What prune takes:
disk-bar-prune-why = Hatches what docker { $command } would take away. Nothing is deleted. Pressed again, the hatching is gone.

## The picture
scene-disk-empty = The disk was not measured yet
scene-disk-empty-hint = Run docker system df -v in the terminal: the engine counts writable layers and volumes one by one, and what it finds is shown here.
scene-disk-total = { $size } in all
scene-disk-choose = choose a prune above to see what it would take away
scene-disk-prune = docker { $command }: frees { $size }
scene-disk-prune-nothing = docker { $command }: nothing to delete
scene-disk-gone-containers = containers: { $n }
scene-disk-gone-volumes = volumes: { $n }
scene-disk-gone-images = images: { $n }
scene-disk-beside = packed layers go, too: { $size }, not counted by Docker
scene-disk-stale = Changed { $n } times since it was measured: this may not be so now. Measure again: docker system df -v
scene-disk-filtered = What --filter does not let through stays, so less may go
scene-disk-uncounted = { $n } of what would go were not counted yet and are not in the sum
scene-disk-disk = Whole disk
scene-disk-free = { $free } free of { $all }
scene-disk-disk-said = The whole disk, { $all }: { $taken } taken, { $free } free
scene-disk-images = Images
scene-disk-containers = Containers
scene-disk-volumes = Volumes
scene-disk-caches = Caches
scene-disk-untagged = no tag
scene-disk-own = { $size } its own
scene-disk-users = containers: { $n }
scene-disk-held = layers that a container holds
scene-disk-packed = packed layers
scene-disk-documents = manifests and configs
scene-disk-left = of no image
scene-disk-build = no build cache
scene-disk-used = used by { $names }
scene-disk-unused = used by nobody
scene-disk-anonymous = anonymous
scene-disk-uncounted-yet = not counted yet
scene-disk-more = { $n } more
scene-disk-more-gone = { $n } of them would go
scene-disk-goes = would go
scene-disk-legend-shared = layers that several images share
scene-disk-legend-goes = would go
scene-disk-spoken = What takes the disk. { $sums }. { $total } in all.

## In detail
kind-disk = Disk
fact-disk-size = size of the disk
fact-disk-free = free
fact-disk-blobs = all blobs
fact-disk-unneeded = bytes of no image
fact-disk-held = layers that containers alone hold
fact-counted = bytes counted

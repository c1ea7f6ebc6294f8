# ── the layer inspector ──
files-tab = Files
files-open = Show files
files-page-tree = Files
files-page-waste = Waste
files-page-compare = Compare
files-choose = Choose an image or a container
files-containers = Containers
files-none-known = There are no images yet.
files-export = Export as JSON
files-save-image = Save image…
files-again = Read again
files-loading-archive = Opening { $name } · { $bytes }
files-saving-archive = Saving { $name } · { $bytes }
key-files = Show files / back to the diagram
key-load = Open image archive…
ask-load = Image archive to open (docker or OCI tar)
ask-save-image = Where to save the image (docker-archive tar)
ask-export-files = Where to save what is shown, as JSON
notice-files-exported = Saved as JSON: { $path }
notice-image-saved = Image saved: { $path }
notice-image-loaded = Image opened: { $names }

# at the left: layers
files-up-to = Up to here
files-only = This layer only
files-layer = Layer { $number }
files-writable = Writable layer
files-writable-text = what the container writes (upper)
files-upper = upperdir · gone with the container
files-shared = shared { $count }
files-shared-with = Images with the same layer
files-entries = Entries
files-compressed = Compressed size

# in the middle: the tree
files-list = File tree
files-search = Find files
files-search-hint = name, path/part, *.so
files-hits = { $count } found
files-kind = Filter by kind
files-size = Filter by size
files-size-any = Size
files-open-all = Expand all
files-close-all = Collapse all
files-column-mode = Mode
files-column-owner = Owner
files-column-size = Size
files-column-time = Modified (UTC)
files-column-layer = Layer
files-column-name = Name
files-mark-same = As below
files-mark-added = Added (A)
files-mark-changed = Content changed (M)
files-mark-metadata = Only metadata changed (m)
files-mark-opaque = Hides all below, opaque (O)
files-mark-deleted = Deleted, whiteout (D)
files-mark-no-effect = Whiteout of nothing
files-kind-any = Kind
files-kind-file = File
files-kind-directory = Directory
files-kind-symlink = Symbolic link
files-kind-hardlink = Hard link
files-kind-fifo = Named pipe (FIFO)
files-kind-char = Character device
files-kind-block = Block device
files-kind-special = Device or pipe
files-kind-whiteout = Whiteout
files-kind-opaque = Opaque directory
files-nothing-found = Nothing fits the search.
files-empty-layer = There are no files in this layer.
files-no-difference = The two trees are alike.
files-nothing-compared = Choose an image or a layer to compare with.
files-busy = Computing…

# at the right: the chosen path
files-details = Chosen file
files-details-nothing = Choose a file in the tree to see which layer serves it, and what hides beneath.
files-copy-path = Copy path
files-served-by = Served by { $layer }
files-served-by-none = This path is not visible now
files-say-serves = This version is seen
files-say-replaced = Hidden by { $layer }
files-say-merged = Merged below { $layer }
files-say-deleted = Hidden by the whiteout in { $layer }
files-say-opaque = Hidden by opaque { $path } in { $layer }
files-say-no-directory = { $layer }: { $path } is no directory
files-say-whiteout = Whiteout: deletes this path
files-covers-deleted = Whiteout: deletes all of { $path }
files-covers-opaque = Opaque: hides what is below in { $path }
files-covers-no-directory = { $path }: put something else there than a directory
files-say-nothing = Layer { $layers }: nothing at this path
files-fact-kind = Kind
files-fact-time = Modified
files-fact-target = Link target
files-fact-device = Device numbers
files-fact-hardlink = Same file (hard link)
files-implied = The tar has no entry of this directory. It is made with default permissions for what is in it.
files-before = Before
files-after = After
files-same-here = This path is alike on both sides.
files-see-layers = See it in the layers
files-up-to-layer = { $name } · up to { $layer }
files-against-layer = Layer to compare with

# contents
files-content-of = Content · { $layer }
files-face-text = Text
files-face-hex = Hex
files-face-picture = Picture
files-large = Enlarge
files-small = Make smaller
files-reading = Reading…
files-content-empty = The file is empty (0 B).
files-picture-too-large = The picture is larger than 16 MB, so there is no preview; its bytes are shown.
files-picture-broken = It begins as a PNG but cannot be read as a picture: { $reason }
files-part-first = First part
files-part-before = Part before
files-part-after = Part after
files-part-last = Last part

# waste
files-waste-none = No bytes are wasted: all of them are seen.
files-waste-sum = { $sum } wasted ({ $percent }) of { $of }, at { $count } paths
files-waste-rest = of { $of } are bytes that nobody sees, at { $count } paths
files-waste-overwritten = overwritten
files-waste-deleted = deleted
files-waste-metadata = only metadata changed
files-waste-tip-overwritten = A layer above has other content at this path; the bytes below only take room.
files-waste-tip-deleted = A layer above deleted it, but its bytes stay in the layer below.
files-waste-tip-metadata = The content is the same: the whole file is there once more because its mode or owner was changed.

# when there is nothing
files-opening = { $name }: reading its layers
files-opening-layers = Layer { $now } of { $of }
files-failed = The layers cannot be read
files-recorded = A recording has no files in it
files-recorded-text = Connect to an engine to look at the files in layers.
files-no-images = There are no images yet
files-no-images-text = Pull an image or open an archive, and its layers and files are here.
files-pull = Pull an image
files-nothing = What shall it be?
files-nothing-text = Choose an image or a container.

problem-files-no-engine = Files cannot be read because no engine is connected. Connect to one on the start page, then open them again.
problem-files-unwritable = The file cannot be written ({ $path }): { $reason }. Choose another folder that you may write to, or make room, and save again.
problem-files-unreadable = The archive cannot be read ({ $path }): { $reason }. See that the file is there and may be read, then open it again.

## The engine starts
step-prepare-host = Prepare the host
step-prepare-host-why = Makes the place that containers will come to. The bridge docker0 appears now, before there is any container.
step-enter-lab = Enter the lab host
step-enter-lab-why = Makes namespaces that play the host, and enters them. Whatever is changed in here, the real host stays as it is.
step-loopback-up = Bring lo up
step-loopback-up-why = A new network namespace holds nothing but lo (loopback), and even that is down. Once it is up, 127.0.0.1 reaches the namespace itself.
step-make-uplink = Make a way out
step-make-uplink-why = Connects the lab host to the real network. This link does here what the NIC does in a real computer.
step-make-bridge = Make the bridge
step-make-bridge-why = A bridge is a switch inside the kernel. Every container's cable will be plugged into it.
step-address-bridge = Give the bridge the gateway's address
step-address-bridge-why = A bare switch would leave the host out of the conversation. An address of the host's on the bridge lets it join in, and containers use it as their gateway.
step-enable-forwarding = Switch forwarding on
step-enable-forwarding-why = Tells the kernel to pass packets from one interface on to another. Without it a container reaches the host and nothing beyond.
step-masquerade = Add the masquerade rule
step-masquerade-why = Nobody outside knows a container's private address. Outgoing packets get the host's address as their source (NAT, masquerade), so that answers find their way back.

## Pull
step-resolve-image = Find what the tag points at
step-resolve-image-why = Turns the tag, a name people choose, into a digest, a name the bytes decide. From here on everything is looked up by digest.
step-probe-registry = Say hello to the registry
step-probe-registry-why = Asks `/v2/` whether the registry answers at all, and whether it wants a login.
step-fetch-token = Fetch a token
step-fetch-token-why = Gets a short-lived pass (bearer token) from the authorization server that the registry named. Public images need one too: an anonymous one.
step-fetch-tag = Fetch the tag's document
step-fetch-tag-why = Fetches what the tag points at: an index when the image is made for several platforms, otherwise a manifest.
step-choose-platform = Pick the entry for this machine
step-choose-platform-why = The index lists one manifest digest per platform. The one for this machine's operating system and architecture is picked.
step-fetch-manifest = Fetch the manifest
step-fetch-manifest-why = The manifest lists one config and several layers: type, size and digest of each. The first layer listed is the lowest.
step-fetch-config = Fetch the config
step-fetch-config-why = The config holds environment, command, working directory and each layer's DiffID. Its own digest is the image ID.
step-download-layers = Download the layers
step-download-layers-why = Fetches the blobs that the manifest names, side by side. A digest that is here already is not fetched again.
step-fetch-blob = Fetch one blob and verify it
step-fetch-blob-why = Computes sha256 while the bytes come in. Only when size and digest both match at the very end does the blob enter the store.
step-unpack-layers = Unpack the layers
step-unpack-layers-why = Decompresses each layer into a directory of its own, lowest first.
step-unpack-layer = Unpack one layer
step-unpack-layer-why = Extracts this layer's tar into its own directory. “This file of a lower layer is deleted” is kept as a whiteout.
step-tag-image = Tag the image locally
step-tag-image-why = Gives the image a name on this machine: the one that `docker images` prints.
step-wait-for-registry = Wait for the registry
step-wait-for-registry-why = The registry answered 429: too many requests. It says for how long it wants to be left alone, and that is how long nothing is asked.

## Push
step-push-blobs = Send what the registry lacks
step-push-blobs-why = A manifest is only taken when everything that it names is there. So layers and config go first.
step-push-blob = Send one blob
step-push-blob-why = Asks whether the digest is there already (HEAD). If not, it is taken over from another repository of this registry, or its bytes are sent; the registry computes sha256 itself.
step-push-manifest = Send the manifest
step-push-manifest-why = With the manifest the tag comes to life. It is fetched again at once: its digest must be the one that was sent.

## Break the digest
step-move-tag = Move a tag
step-move-tag-why = Lets the tag point at another image in the registry, as a push of a new version does. Nothing that has a digest changes.
step-damage-content = Flip one bit
step-damage-content-why = Does to the built-in registry what a rotten disk does: the name of the bytes stays, the bytes do not.
step-mend-content = Put it back
step-mend-content-why = The built-in registry serves the bytes again that belong to the digest.

## Registry
step-http-exchange = One HTTP exchange
step-http-exchange-why = One request to the registry and its answer. A registry is an ordinary HTTP server.

## Create
step-create-container = Create the container
step-create-container-why = Decides what will run and how, and writes it down. There is no process yet. `create` followed by `start` is `run`.
step-merge-config = Merge image config and command line
step-merge-config-why = Starts from the image's config and lays what was typed on the command line over it. The result is what will run.
step-make-volume = Make the volume's directory
step-make-volume-why = A volume is a host directory that the engine looks after. It stands apart from any container, so it outlives them.
step-fill-volume = Fill the empty volume from the image
step-fill-volume-why = When an empty volume is attached for the first time, the image's files at that path are copied into it.
step-make-upper = Make the writable layer
step-make-upper-why = Everything that the container writes lands in this upper directory. The image's layers are never touched.

## Start: file system
step-stack-filesystem = Stack the file system
step-stack-filesystem-why = Puts a writable layer on top of the read-only ones. Together they are the container's root (/).
step-mount-overlay = Mount the overlay
step-mount-overlay-why = The kernel's overlay file system shows several lower directories and one upper as a single directory, merged. Nothing is copied.
step-write-etc-files = Write hostname, hosts, resolv.conf
step-write-etc-files-why = A container's name and its DNS settings cannot be in the image. They are written for this container at every start.

## Start: network
step-wire-network = Wire the network
step-wire-network-why = Makes a network namespace for the container and connects it to the bridge with a virtual cable.
step-make-netns = Make a network namespace
step-make-netns-why = A new network space with its own interfaces, addresses and routing table. At first it holds only lo, and that is down.
step-allocate-address = Reserve an address
step-allocate-address-why = Sets the lowest free address of the bridge's subnet aside for this container.
step-create-veth = Make a veth pair
step-create-veth-why = A veth is a virtual cable with two ends: what goes in at one comes out at the other. The two ends are always born together.
step-join-bridge = Plug the host end into the bridge
step-join-bridge-why = Makes the bridge the master of the host end, just as one plugs a cable into a port of a switch.
step-host-end-up = Bring the host end up
step-host-end-up-why = Packets flow only through a link that is UP.
step-move-peer = Move the other end into the container
step-move-peer-why = Sends the cable's other end into the container's network namespace. The host no longer sees that end, yet the cable is still in one piece.
step-rename-peer = Rename it eth0
step-rename-peer-why = Programs in the container find a familiar name. A name has to be unique only within its namespace.
step-add-address = Give eth0 its address
step-add-address-why = Attaches the reserved address for real. From now on the container has an IP of its own.
step-link-up = Bring eth0 up
step-link-up-why = Brings the container's end up as well. The cable carries packets once both ends are up.
step-add-route = Add the default route
step-add-route-why = Writes into the routing table: whatever is not for this subnet goes to the bridge's address, the gateway.
step-netlink-message = One netlink message
step-netlink-message-why = One message that reads or changes the kernel's network. The `ip` command sends the very same ones.

## Start: process
step-start-process = Start the process
step-start-process-why = In the end a container is a process. One is made in new namespaces, fenced in, and turned into the image's program.
step-make-cgroup = Make a control group
step-make-cgroup-why = A cgroup limits how much memory, CPU and how many processes may be used. Namespaces divide what is seen; cgroups divide what is spent.
step-clone-process = Clone a process into new namespaces
step-clone-process-why = A process that the engine made for this (dockwalk-init) makes namespaces with unshare: mounts, hostname, process ids and more. A new pid namespace counts for children only, so it forks, and ends here. The child is number 1 in there.
step-enter-namespaces = Enter namespaces that are there
step-enter-namespaces-why = A process that the engine made for this (dockwalk-init) enters the namespaces of a running container, or of the lab host, with setns. No new ones are made.
step-fork-inside = Fork into the container's pid namespace
step-fork-inside-why = A pid namespace counts for children only. The process forks, and ends, only after it has given up every privilege and closed all that was open: so nothing of the engine can be seen in the container.
step-mount-inside = Mount inside the container
step-mount-inside-why = Mounts /proc, /sys, /dev, and volumes, binds and tmpfs in the container's own mount namespace. The host does not see them.
step-pivot-root = Change the root
step-pivot-root-why = What comes from the host, and a fresh /proc and /sys, is taken hold of first (open_tree, fsmount): afterwards no path leads there. Then pivot_root makes the stacked file system the new / and the old one is detached.
step-protect-paths = Cover dangerous paths
step-protect-paths-why = Some files in /proc and /sys act on the whole host. They are masked or made read-only.
step-set-hostname = Set the hostname
step-set-hostname-why = The UTS namespace is the container's own, so the host keeps its name.
step-drop-privileges = Drop privileges
step-drop-privileges-why = Sets user and groups, gives up capabilities that are not needed, and loads the seccomp filter that sifts system calls.
step-exec = Execute the program
step-exec-why = execve turns the process that did the preparation into the image's program. It keeps its PID.
step-syscall = One system call
step-syscall-why = One request from a process to the kernel. Making a container is, in the end, a list of these.

## While it runs, and after
step-exec-process = Run one more command
step-exec-process-why = A new process enters namespaces that are there already: a running container's, or the lab host's. No new container is made.
step-rename-container = Give the container another name
step-rename-container-why = A name is only a word in the engine’s list. The id, the layers and the process stay what they are.
step-pause-container = Let all its processes stand still
step-pause-container-why = The kernel’s freezer stops every process of the control group at once. None of them is told, and memory stays as it is.
step-resume-container = Let them go on
step-resume-container-why = The freezer lets go of the group: each process goes on at the instruction where it stood.
step-update-container = Change the limits of the running container
step-update-container-why = The numbers are files of the control group. Writing them changes what holds from now on; nothing is started anew.
step-copy-out = Take files out of the container
step-copy-out-why = The files are read through the same layers that the container sees, the writable one on top.
step-copy-in = Put files into the container
step-copy-in-why = What is written lands in the writable layer, or in the volume that is mounted there. The image stays as it is.
step-process-ends = The main process ends
step-process-ends-why = A container lives as long as its process number 1. Type exit in the shell, and the container stops.
step-send-signal = Send a signal
step-send-signal-why = Stopping a container means sending its process number 1 a signal. `stop` sends SIGTERM, and SIGKILL if waiting does not help.
step-reap-process = Collect the ended process
step-reap-process-why = Reads the exit status. With the last process, the namespaces it held go too.
step-tear-down = Undo what start made
step-tear-down-why = Takes links, addresses, mounts and cgroup away in the reverse order. The writable layer stays until `rm`.
step-delete-link = Delete the link
step-delete-link-why = Delete one end of a veth and the other end goes with it.
step-release-address = Give the address back
step-release-address-why = Ends the reservation, so the next container may get the same address.
step-unmount = Unmount
step-unmount-why = Takes away what was shown. Files in the directory behind a mount stay. Only a tmpfs loses its content, for it was in memory.
step-remove-cgroup = Remove the control group
step-remove-cgroup-why = It can be removed only when no process is left in it.
step-remove-container = Delete the container
step-remove-container-why = Deletes its record and its writable layer. Image, volumes and bound host directories are not the container's own, so they stay.
step-remove-directory = Delete the directory
step-remove-directory-why = Deletes a directory that the engine made for this container. Files written to the writable layer are truly gone now.
step-manage-volume = Manage a volume
step-manage-volume-why = A volume is made and deleted by its name, whatever containers there are.
step-remove-image = Delete the image
step-remove-image-why = Takes the tag off first, then deletes an image that no tag and no container uses.
step-remove-layer = Delete the layer
step-remove-layer-why = Images share layers. Only a layer that nothing uses any more is deleted, from the top down.
step-read-archive = Read the archive
step-read-archive-why = Takes the archive apart. Each file in it is hashed on its way to the disk; the names it gives to files are never used as paths here.
step-take-blob = Take in one blob
step-take-blob-why = What the archive calls a config, a manifest or a layer counts only when its size and sha256 are what was promised. Then it becomes a blob of the store.
step-write-archive = Write the archive
step-write-archive-why = Writes the blobs as they are, with an index (OCI) and a manifest.json (Docker) beside them, so that both kinds of tools can read the file.
step-commit-container = Make an image of the container
step-commit-container-why = The writable layer becomes one more read-only layer. The layers below are shared with the image the container came from: not one byte of them is copied.
step-pack-layer = Write the writable layer as a tar
step-pack-layer-why = Overlay's marks are put into the words of image layers: a whiteout becomes a file `.wh.<name>`, an opaque directory gets a file `.wh..wh..opq`.
step-write-documents = Write config and manifest
step-write-documents-why = The new config lists one layer and one line of history more. Its sha256 is the new image ID.
step-check-store = Check the store
step-check-store-why = Hashes every blob again and compares every layer's directory with what was written down about it.
step-repair-store = Repair the store
step-repair-store-why = Deletes what is damaged and what belongs to no image. The next pull fetches what is missing.
step-recover = Clear what was left behind
step-recover-why = When an engine dies suddenly, its journal still lists what to undo. Each entry is undone before work begins.

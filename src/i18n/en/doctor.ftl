doctor-kernel = Linux kernel
doctor-kernel-found = Version { $version }.
doctor-kernel-old = Version { $version }; without root 5.11 or later is needed.
doctor-kernel-too-old = Version { $version }; 5.3 or later is needed.
doctor-kernel-cost = Without root no image can be mounted; on a kernel before 5.3 nothing runs. Lessons play from their recordings.

doctor-user-namespaces = User namespaces
doctor-user-namespaces-root = Not needed: this is root.
doctor-user-namespaces-yes = An ordinary user may make them.
doctor-user-namespaces-refused = An ordinary user may not make them (switch: { $switch }): { $reason }
doctor-user-namespaces-cost = The engine does not start without root. Start it with `sudo dockwalk engine`, or play lessons from their recordings.

doctor-subordinate-ids = Subordinate ids
doctor-subordinate-ids-root = Not needed: this is root.
doctor-subordinate-ids-found = { $count } ids besides the user's own.
doctor-subordinate-ids-few = Only { $count } ids besides the user's own; images use ids up to 65534.
doctor-subordinate-ids-none = { $user } has none in /etc/subuid and /etc/subgid.
doctor-subordinate-ids-cost = Only root exists in containers: files of other users belong to root, and programs that change their user fail.

doctor-newuidmap = newuidmap, newgidmap
doctor-newuidmap-root = Not needed: this is root.
doctor-newuidmap-found = { $path }
doctor-newuidmap-powerless = { $path } is there, but is not setuid root and so cannot do its work.
doctor-newuidmap-none = Not installed.
doctor-newuidmap-cost = Subordinate ids cannot be used: only root exists in containers.

doctor-overlay = Overlay file system
doctor-overlay-works = Mounted, changed and read back.
doctor-overlay-refused = It cannot be mounted: { $reason }
doctor-overlay-cost = No container starts: an image's layers cannot be stacked. Lessons play from their recordings.

doctor-cgroup = Control groups
doctor-cgroup-delegated = Version { $version }; groups can be made.
doctor-cgroup-refused = Version { $version }; no group can be made: { $reason }
doctor-cgroup-none = None is mounted.
doctor-cgroup-cost = Containers run without limits: --memory, --pids-limit and --cpus have no effect.

doctor-nft = nftables
doctor-nft-works = A masquerade rule was made and thrown away again.
doctor-nft-refused = nft cannot make rules: { $reason }
doctor-nft-none = `nft` is not installed.
doctor-nft-cost = Containers reach each other and the host, but nothing beyond.

doctor-uplink = Way out of the lab
doctor-uplink-found = { $program }
doctor-uplink-none = Neither slirp4netns nor pasta is installed.
doctor-uplink-cost = Containers reach each other and the host, but not the Internet. Pulling images is not affected.

doctor-tun = /dev/net/tun
doctor-tun-works = It can be opened.
doctor-tun-refused = It cannot be opened: { $reason }
doctor-tun-cost = The lab has no way out: containers do not reach the Internet. Pulling images is not affected.

doctor-busybox = Static busybox
doctor-busybox-found = { $path }
doctor-busybox-dynamic = { $path } needs shared libraries, so it does not run in an image of its own.
doctor-busybox-none = Not installed.
doctor-busybox-cost = The built-in registry has no lab/… images. Images of other registries work.

doctor-wsl = Windows Subsystem for Linux
doctor-wsl-no = This is not WSL.
doctor-wsl-one = This is WSL 1, which has no Linux kernel.
doctor-wsl-two = This is WSL 2.
doctor-wsl-cost = There are no namespaces, so nothing runs. Lessons play from their recordings.

doctor-display = Display
doctor-display-found = { $name } answers.
doctor-display-silent = { $name } does not answer.
doctor-display-none = There is none (neither WAYLAND_DISPLAY nor DISPLAY is set).
doctor-display-cost = The window cannot open. These work without it: `dockwalk lesson run LESSON --headless`, `dockwalk docker run -it lab/shell:1`.

doctor-disk = Disk space
doctor-disk-free = { $free } GiB free at { $path }.
doctor-disk-little = Only { $free } GiB free at { $path }.
doctor-disk-full = { $free } GiB free at { $path }.
doctor-disk-unknown = { $path } cannot be looked at: { $free }
doctor-disk-cost = Larger images do not fit. Free some space, or put the engine elsewhere with `--root DIR`.

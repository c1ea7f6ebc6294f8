problem-bind-source-missing = invalid mount config for type "bind": bind source path does not exist: { $path }. `--mount` does not make one, as `-v` does. Make it or correct the path, then run it again.
problem-call-refused = The kernel refused { $call } while the container was set up ({ $reason }). Run `dockwalk doctor` to see what this machine allows.
problem-capability-unknown = { $name }: there is no such capability. Use a name of capabilities(7), such as `NET_ADMIN`, `CAP_NET_ADMIN` or `ALL`.
problem-cgroup-limit-refused = Limit { $limit }: the kernel refused to write it to { $path } ({ $reason }). Check that the value fits this machine, or run without it.
problem-cgroup-not-here = This user cannot make control groups here, so these limits are not set: { $limits }. The container runs without them. To have them, start the engine as root, or on cgroup v2 with `systemd-run --user --scope -p Delegate=yes`.
problem-cgroup-no-swap = Limit { $limit }: this kernel does not count swap for each container ({ $path } is not there), so the container may use as much swap as the host has. To have it limited, boot with `swapaccount=1`, or switch swap off with `sudo swapoff -a`.
problem-cgroup-no-file = Limit { $limit }: your kernel does not support it for a container ({ $path } is not there), so it is discarded. The container runs without it: leave it out, or run the engine on a kernel that has it.
problem-cgroup-out-of-memory = Container { $container }: it needed more memory than it may have, so the kernel killed { $killed } of its processes (exit status 137 is 128 + SIGKILL). Give it more with `--memory`, or find out what takes so much.
problem-memory-swap-below-memory = `--memory-swap { $swap }` says how much memory and swap a container has together, so it goes with `--memory` (here { $memory } bytes) and must not be below it. Give a larger number, or -1 for as much swap as there is.
problem-memory-swap-without-memory = `--memory-swap { $swap }`: You should always set the Memory limit when using Memoryswap limit. It says how much memory and swap a container has together, so give `--memory` too, or leave it out.
problem-cpus-not-available = { $kind ->
    [mems] Requested memory nodes are not available - requested { $asked }, available: { $there }.
   *[other] Requested CPUs are not available - requested { $asked }, available: { $there }.
} Name some that are there.
problem-cpu-conflict = Conflicting options: Nano CPUs and { $other } cannot both be set. --cpus says the same in one number: leave one of them out.
problem-oom-kill-unlimited = OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources. Set one with --memory.
problem-kernel-memory-ignored = Specifying a kernel memory limit is deprecated and will be removed in a future release. Kernels of now count this memory with all other, so nothing is limited by it: use --memory.
problem-memory-reservation-above = Minimum memory limit can not be less than memory reservation limit, see usage: --memory { $memory }, --memory-reservation { $reservation }. Make the reservation smaller, or the limit larger.
problem-command-interpreter-missing = { $command }: it is in image { $image }, but { $asking ->
    [itself] its first line
   *[other] the first line of { $asking }, which runs it,
} asks for the interpreter { $interpreter }, and there is no such file or directory in the container. Correct the path behind `#!`, or use an image that has this interpreter.
problem-command-interpreter-refused = { $command }: { $asking ->
    [itself] its first line
   *[other] the first line of { $asking }, which runs it,
} asks for the interpreter { $interpreter }, which is there but cannot be executed ({ $reason }). Name a program with execute permission behind `#!`.
problem-command-line-ends = { $command }: { $asking ->
    [itself] its lines
   *[other] the lines of { $asking }, which runs it,
} end as on Windows (CR LF), so the first one asks for the interpreter “{ $interpreter }”, and there is no such file or directory. Save the script with Unix line ends: sed -i 's/\r$//' SCRIPT
problem-command-loader-missing = { $command }: it is in image { $image }, but { $asking ->
    [itself] it
   *[other] { $asking }, which runs it,
} was linked for the loader { $interpreter }, and there is no such file or directory in the container. It needs another C library than this image has: use an image with that one (musl: Alpine, glibc: Debian and most others), or link the program statically.
problem-command-not-executable = { $command }: it is in image { $image } but cannot be executed ({ $reason }). Check that it is a program with execute permission, made for this machine's architecture.
problem-command-path-missing = { $command }: there is no such file or directory in image { $image }. Check the spelling, or look around with `sh`.
problem-command-not-found = { $command }: executable file not found in the PATH of image { $image }. Check the spelling, or look around with `sh`.
problem-etc-files-written = The container's hosts, hostname and resolv.conf were written to { $dir }.
problem-group-not-found = { $group }: there is no such group in the image's /etc/group. Use one that is there, or a numeric gid.
problem-helper-not-executed = The program that sets a container up could not be executed ({ $reason }). If `sysctl vm.memfd_noexec` says 2, set it to 1 or 0: sudo sysctl vm.memfd_noexec=1
problem-host-command-not-executable = { $command }: it is there but cannot be executed ({ $reason }). Check that it is a program with execute permission, made for this machine's architecture.
problem-host-command-not-found = { $command }: executable file not found in the PATH of this computer. A command on the host runs this computer's own programs: check the spelling, or install it (sudo apt install …).
problem-id-not-mapped = { $kind ->
        [group] Group
        [id] Id
       *[user] User
    } { $id } is not mapped in the engine's user namespace, so nothing in the container can have it. { $grant ->
        [none] No range of subordinate ids reaches that far on this host. Choose another with `-u`, or run the engine as root.
        [restart] { $file } grants enough ids, but this engine began without them: restart the engine, then do this again. If it fails again, `dockwalk doctor` says why.
        [unknown] Give this user more subordinate ids in { $file } and restart the engine, or run it as root.
       *[other] That takes { $needed } subordinate ids, and { $file } grants this user { $have }. Grant the rest with `{ $grant }`, restart the engine, then do this again. Or run the engine as root.
    }
problem-init-died = The container's init ended before it became the program. Something may have killed it, memory ran out, or a seccomp profile refuses what a start takes (`write`, `execve`). Run it again, without that profile if there is one.
problem-mount-into-proc = { $target }: nothing can be mounted over /proc or below it, because the container must see there what the kernel says. Give another target.
# No "is a directory": the docker CLI takes that for a command that cannot be executed.
problem-mount-kinds = { $source } cannot be mounted at { $target }: { $found ->
        [directory] the container has a directory there, and only a directory can be mounted over it, not a file
       *[file] the container has a file there, and only a file can be mounted over it, not a directory
    }. Name a source of that kind, or another target.
problem-mount-not-there = { $path }: it was mounted but is not in the mount table. Run `dockwalk doctor`.
problem-mount-over-dev = { $target }: nothing can be mounted over /dev, because the container's terminal and devices are there. Give a directory below it, such as /dev/shm, or another target.
problem-mount-refused = { $target }: nothing can be mounted there in the container ({ $reason }). Check that source and target are both files or both directories.
problem-mount-target = { $target }: a mount target must be an absolute path other than `/`, such as `/data`.
problem-oom-score-refused = --oom-score-adj { $score }: the kernel refused it ({ $reason }). A lower score than the engine's own takes a privilege (CAP_SYS_RESOURCE) that this engine has not: give a number that is not below 0, or start the engine as root of the host.
problem-overlay-missing = { $path }: this kernel has no overlay file system ({ $reason }). Run `sudo modprobe overlay`, then start again.
problem-overlay-refused = { $path }: the kernel does not mount an overlay here ({ $reason }). Put the engine on a local disk (ext4, xfs, btrfs) with `--root DIR`. Without root this takes Linux 5.11 or later.
problem-path-too-long = The path { $path }… is longer than 4095 bytes, which is all that the kernel takes. Shorten it.
problem-platform-not-runnable = Image { $image } is made for { $platform }: this machine is { $host } and cannot run it. You can still look inside. To run it, pull the one for this machine: `docker pull --platform { $host } { $image }`.
problem-seccomp-profile-invalid = { $kind ->
        [action] string { $what } is not a valid action for seccomp: write SCMP_ACT_ALLOW, SCMP_ACT_ERRNO, SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_LOG, SCMP_ACT_TRACE or SCMP_ACT_TRAP in the profile.
        [operator] string { $what } is not a valid operator for seccomp: write SCMP_CMP_EQ, NE, LT, LE, GE, GT or MASKED_EQ in the profile.
        [argument] A system call has the arguments 0 to 5, and the seccomp profile speaks of { $what }. Correct its `index`.
        [names] 'name' and 'names' were specified in the seccomp profile, use either 'name' or 'names' ({ $what }).
        [architectures] 'architectures' and 'archMap' were specified in the seccomp profile, use either 'architectures' or 'archMap'.
        [architecture] string { $what } is not a valid arch for seccomp: write libseccomp's names, such as SCMP_ARCH_X86_64 or SCMP_ARCH_AARCH64, in the profile.
        [errno] The seccomp profile lets a system call fail with the error number { $what }, and the kernel knows numbers up to 4095. Correct `errnoRet` or `defaultErrnoRet`.
        [kernel] minKernel { $what } in the seccomp profile is no version of a kernel. Write two numbers, such as 4.8.
        [length] The seccomp profile makes a filter of more than { $what } instructions, and the kernel takes no longer one. Leave conditions out.
       *[json] Decoding seccomp profile failed: { $what }. `--security-opt seccomp=FILE` takes a file like Docker's `default.json`.
    }
problem-seccomp-not-built = No seccomp filter could be made for this architecture ({ $reason }). `--security-opt seccomp=unconfined` runs without one.
problem-sysctl-refused = sysctl { $sysctl }={ $value }: the kernel refused it ({ $reason }). Check the name and the value; without root some parameters of a container cannot be changed.
problem-tmpfs-option = { $option }: tmpfs knows no such option. Use `size=64m`, `mode=1777`, `exec`, `ro` and the like.
problem-ulimit-refused = ulimit { $name }: the kernel refused it ({ $reason }). A higher limit than the engine's own hard limit takes a privilege (CAP_SYS_RESOURCE) that this engine has not: give a lower number, or raise the limit for whoever starts the engine.
problem-user-not-found = { $user }: there is no such user in the image's /etc/passwd. Use one that is there, or a numeric uid.
problem-user-out-of-range = { $id }: a user or group must be a number from 0 to 2147483647, or a name. Give another with `-u` or `--group-add`.
problem-user-file-out-of-range = { $file }, line { $line }: { $id } is no user or group: it must be a number from 0 to 2147483647. Correct this line in the image, or give a user and a group that are not in it with `-u`.
problem-volume-driver = error looking up volume plugin { $driver }: plugin "{ $driver }" not found. Volume plugins are not part of dockwalk: leave the driver out, or say `local`.
problem-volume-gone = The directory of volume { $name } is gone: { $path }. It was deleted by hand, and what was in it with it. `docker volume create { $name }` makes it anew, empty; then start the container again.
problem-volume-archive-damaged = The archive cannot be made a volume, for { $kind ->
        [attribute] an extended attribute is none that Linux takes
        [attribute-size] an extended attribute is larger than the file system keeps
        [bomb] it grows far too much while it is unpacked
        [file-size] it names a file that is larger than a file can be
        [header-size] an extended header is too large
        [name-size] a file name too long stands in it
        [depth] directories lie too deep within each other
        [directories] there are too many directories in it
        [entries] there are too many entries in it
       *[contents] it is no whole tar, or contradicts itself
    } ({ $entry }). Nothing of it was kept. Export the volume again, or copy the file again.
problem-volume-archive-digest = { $entry } in the archive is not what was exported: its digest differs. Nothing of it was kept. Copy the file again from where it was made, or export the volume again.
problem-volume-archive-foreign = This is no archive that `dockwalk volume export` wrote. A tar of files is unpacked into a volume by a container: `docker run --rm -v NAME:/v -v "$PWD":/b IMAGE tar xf /b/FILE -C /v`
problem-volume-archive-newer = The archive is of format { $format }, and this dockwalk knows { $known } and older. Import it with the dockwalk that wrote it, or a newer one.
problem-volume-archive-short = The archive ends before its list of digests: it was not copied whole, or its export was broken off. Nothing of it was kept. Copy the file again, or export the volume again.
problem-volume-exists = The volume { $name } is there already, and an import changes none that is. Import it by another name: `dockwalk volume import FILE NAME`
problem-volume-name-anonymous = A name of 64 hexadecimal digits is that of an anonymous volume, which `docker volume prune` deletes: { $name }. Import it by another name: `dockwalk volume import FILE NAME`
problem-volume-in-use-now = The volume { $name } is used by containers [{ $containers }] that run: what they write meanwhile may get into the archive by half. For one moment of all files stop or pause them before: `docker pause`
problem-volume-sockets = { $name }: { $count } sockets are left out. They mean nothing without the process that listens.
problem-volume-exported-in-use = The volume { $name } was exported while containers [{ $containers }] ran with it. What they wrote meanwhile may be in the archive by half. For one moment of all files stop or pause them before: `docker pause`
problem-volume-options-left = { $name }: what the volume was made of ({ $options }) was not made again, since that means something else on this host. Its files are in a directory of the engine's now.
problem-volume-too-deep = Directories are nested more than { $limit } deep in the volume, or to a path that Linux cannot name: { $path }. Nobody could unpack such an archive. Move or delete them, then export again.
problem-volume-too-many-directories = The paths of the volume’s directories are longer than { $limit } bytes together. Such an archive could not be imported again, so nothing was exported. Move some of it to another volume, and export them one by one.
problem-volume-too-many-entries = There are more than { $limit } entries in the volume. Such an archive could not be imported again, so nothing was exported. Move some of it to another volume, and export them one by one.
problem-volume-in-use = remove { $name }: volume is in use - [{ $containers }]. Remove those containers first, with `docker rm`.
problem-volume-mount = failed to mount local volume { $name }: mount { $device }:{ $path }: { $reason }. Look at what it is made of with `docker volume inspect { $name }`; make what is missing, or remove the volume and create it anew.
problem-volume-mount-option = "{ $option }" in `o` is no option of { $type ->
        [tmpfs] tmpfs. Write size=64m, mode=1777, uid=1000, gid=1000, ro, noexec and the like
       *[bind] a bind. Write bind or rbind, ro, nosuid, nodev, noexec and the like
    }.
problem-volume-name = { $name }: not a volume name. It must have two or more of letters, digits, `_`, `.` and `-`, and begin with a letter or digit. If a host path is meant, use an absolute path.
problem-volume-not-found = There is no volume { $name }. See which there are with `docker volume ls`.
problem-volume-option = { $option ->
        [size] quota size requested but no quota support (size={ $value }). For a volume in memory the size is part of `o`: `-o type=tmpfs -o device=tmpfs -o o=size={ $value }`
       *[other] invalid option: "{ $option }". The local driver knows type, device and o
    }.
problem-volume-option-missing = missing required option: "{ $option }". With `-o { $beside }=…` it must be said, too: `-o type=tmpfs -o device=tmpfs`, or `-o type=none -o device=/directory -o o=bind`.
problem-volume-type = Volumes of type "{ $type }" are not part of dockwalk: they need a server or a disk of their own. Known are `-o type=tmpfs`, and `-o type=none -o o=bind` with a directory of the host as device. Mount it on the host by hand, and bind that directory.
problem-workdir-outside = { $path }: this working directory is not entered: links in /proc are not followed, because they can lead out of the container. Give a directory of the container with `-w`.
# No "is a directory": see above.
problem-workdir-refused = { $path }: the container's working directory cannot be entered ({ $reason }). Make a directory of it, or give another with `-w`.
problem-freezer-stuck = The kernel has not stopped all processes of the container in time ({ $path } says { $state }): one of them waits for a disk or a device. They go on as before; try again.
problem-pause-not-here = Container { $container } cannot be paused: its processes are stopped by a control group, and this user cannot make one here. Start the engine as root, or on cgroup v2 with `systemd-run --user --scope -p Delegate=yes dockwalk engine`.

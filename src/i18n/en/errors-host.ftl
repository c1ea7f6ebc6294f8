problem-call-not-made = `{ $call }` was not done: { $why ->
        [gone] what it takes away was gone already
        [there] what it would bring is there already
       *[needed] what it takes away has come to be needed meanwhile
    }. Nothing is to be done about it.
problem-cancelled = Cancelled.
problem-host-refused = { $subject }: the host refused to { $what } it ({ $reason }). Run `dockwalk doctor` to see what this machine allows.
problem-disk-full = { $subject }: no space left to { $what } it ({ $reason }). Free some space, or put the engine elsewhere with `--root DIR`, then run it again.

problem-userns-refused = This host does not let an ordinary user make a user namespace ({ $reason }). { $switch ->
        [kernel-apparmor_restrict_unprivileged_userns] AppArmor forbids it (kernel.apparmor_restrict_unprivileged_userns = 1, as on Ubuntu 24.04). An administrator allows it with `{ $mend }`.
        [kernel-unprivileged_userns_clone] It is switched off (kernel.unprivileged_userns_clone = 0). An administrator switches it on with `{ $mend }`.
        [user-max_user_namespaces] The limit is zero (user.max_user_namespaces = 0). An administrator raises it with `{ $mend }`.
       *[other] No known switch says why: a container's seccomp filter, or a limit that is used up, may be the cause.
    } There are two other ways on: start the engine with privileges (`sudo dockwalk engine`, or `pkexec` from the window), or play the lesson from its recording.
problem-root-is-limited = root may not make namespaces here ({ $reason }). dockwalk probably runs in a container without CAP_SYS_ADMIN: give it that capability (`--privileged`), start it on the host itself, or play the lesson from its recording.
problem-host-mode-needs-root = `--mode host` works in the host's own network and so needs root. Start it with `sudo dockwalk engine --mode host`, or leave `--mode host` out: the lab needs no root.
problem-docker0-foreign = { $name ->
        [docker0] There is a link docker0 already that dockwalk did not make, most likely Docker's own. dockwalk does not touch it. Stop Docker and delete the link (`sudo systemctl stop docker docker.socket && sudo ip link delete docker0`), or leave `--mode host` out: the lab has a docker0 of its own.
       *[other] There is a link { $name } already that dockwalk did not make, and it does not touch it. Choose another name for the network's bridge.
    }
problem-docker0-gone = The bridge { $name } is gone: somebody deleted it while the engine ran. Restart the engine; it makes a new one.
problem-link-gone = The link { $name } is gone: somebody deleted it meanwhile. Start the container again.
problem-netlink-refused = The kernel refused `{ $request }` ({ $reason }). Run `dockwalk doctor` to see what this machine allows.
problem-addresses-used-up = No address of { $subnet } is free. Remove containers that are not needed (`docker rm`), then start it again.
problem-nft-failed = The nft table { $table } could not be deleted ({ $reason }). Delete it by hand: `nft delete table ip { $table }`.

problem-subids-missing = { $user } has no subordinate ids in { $files }, so only root exists in containers: images still run, but files of other users belong to root. To mend it: `{ $grant }`, then restart the engine.
problem-newuidmap-missing = newuidmap is not installed, so only root exists in containers: images still run, but files of other users belong to root. To mend it: `sudo apt install uidmap`, then restart the engine.
problem-newuidmap-failed = newuidmap could not map the subordinate ids ({ $reason }), so only root exists in containers. Check that newuidmap is setuid root (`sudo apt install --reinstall uidmap`) and that the ranges of /etc/subuid do not overlap, then restart the engine.
problem-nat-not-here = `nft` is not installed: containers reach each other and the host, but nothing beyond. To mend it: `sudo apt install nftables`, then restart the engine.
problem-routers-still-heard = The host forwards IPv6 from now on, and a host that forwards hears no router by itself: it would lose the default route that one announces. So that this machine keeps its own, net.ipv6.conf.LINK.accept_ra is 2 until the engine ends, by { $links }.
problem-nat-refused = nft could not make the masquerade rule ({ $reason }): containers reach each other and the host, but nothing beyond. Check that the kernel has nf_tables and nft_masq (`sudo modprobe nft_masq`), then restart the engine.
problem-uplink-not-here = Neither slirp4netns nor pasta is installed, so the lab has no way out: containers reach each other and the host, but not the Internet. To mend it: `sudo apt install slirp4netns`, then restart the engine.
problem-uplink-failed = { $program } ended at once ({ $reason }), so the lab has no way out: containers reach each other and the host, but not the Internet. Run `dockwalk doctor` to see what is lacking.
problem-uplink-sandbox-unknown = { $program } is too old to lock itself up (`--enable-sandbox`, `--enable-seccomp`) and runs without: should a packet ever take it over, it has the rights of the engine. Install slirp4netns 0.4 or later and restart the engine.
problem-uplink-unsandboxed = { $program } could not lock itself up ({ $reason }) and runs without: should a packet ever take it over, it has the rights of the engine. Allow mount namespaces and seccomp where the engine runs, and restart it.
problem-tun-refused = /dev/net/tun cannot be opened ({ $reason }), so the lab has no way out: containers reach each other and the host, but not the Internet. To mend it: `sudo modprobe tun && sudo chmod 0666 /dev/net/tun`, then restart the engine.
problem-place-foreign = { $path } belongs to user { $owner }, and this is user { $user }: nothing in it can be trusted, so it is not used. Choose a place of your own (`--root DIR`, `--socket PATH`, or XDG_RUNTIME_DIR), or have it removed.
problem-place-open = Other users can write to { $path } (mode { $mode }), so what lies there may be theirs, and it is not used. See that it is right and close it with `chmod go-w`, or choose another place with `--root DIR` or `--socket PATH`.
problem-place-kind = { $path } is not what dockwalk made there: { $found ->
        [link] it is a symbolic link
        [directory] it is a directory
        [file] it is a file
        [pipe] it is a pipe
       *[other] it is something else
    }. It is not followed or opened. See who put it there and remove it, or choose another place with `--root DIR` or `--socket PATH`.
problem-place-names = { $path } has { $count } names (hard links), so it may be somebody else's file, and it is not opened. See who put it there and remove that name, or choose another directory with `--root DIR`.
problem-journal-entry-foreign = The journal { $journal } asks for `{ $what }`. No engine of this directory makes what that would undo, so it was not done. See who wrote it, then delete that line while no engine runs.
problem-journal-line-unreadable = Line { $line } of the journal { $journal } cannot be read, so what it asks to undo was not undone. It stays in the file and is said again at each start. Look for what it names (`dockwalk doctor` helps), undo that by hand, then delete the line while no engine runs.
problem-journal-version = The journal { $journal } is of version { $version }; this dockwalk reads versions up to { $readable }. A newer dockwalk wrote it, and only that can undo what it left: start that once, or delete the file when nothing of it is left on this host.
problem-recover-failed = What an earlier engine left could not be undone: { $what } ({ $reason }). It stays in the journal and is tried again at the next start.

# ── networks ──
problem-not-all-recorded =
    { $of ->
        [host] The host
       *[other] The network namespace of container { $of }
    } has more { $what ->
        [links] links
        [addresses] addresses
        [macs] rows in its bridges’ MAC tables
       *[routes] routes
    } than are recorded ({ $limit } at most), so the picture does not show all of them. `ip addr`, `ip route` and `bridge fdb` there show the rest.
problem-nat-not-read = nft made the rules but what it made could not be read back ({ $reason }), so the picture does not show them. Containers reach what they should. An nft with JSON support (`nft -j list ruleset`) mends it.
problem-network-name = { $name } cannot be a network's name. Use letters and digits, and after the first also `_`, `.` and `-`.
problem-network-exists = network with name { $name } already exists. Choose another name, or remove that one first (`docker network rm { $name }`).
problem-network-option-unknown = The network { $name } cannot have the option { $option }: the driver { $driver } does not know it. Leave it out.
problem-network-subnet-invalid = The network { $name } cannot have the subnet { $subnet } with the gateway { $gateway }. Choose a prefix of 1 to 30 bits and a gateway within the subnet that is neither its first nor its last address.
problem-network-subnet-no-links = The network { $name } cannot have the subnet { $subnet }: it has addresses that no link can have (multicast, ff00::/8), or addresses of IPv4 in the form of IPv6 (::ffff:0:0/96). Choose another one, like fd00:1::/64.
problem-network-overlaps = Pool overlaps with other one on this address space: the subnet { $subnet } of the network { $name } with that of the network { $other }. Choose another one.
problem-network-overlaps-uplink = Pool overlaps with other one on this address space: the subnet { $subnet } of the network { $name } with { $uplink }, by which the lab reaches what is outside. Choose one that does not overlap{ $free ->
    [none] .
   *[other] , such as { $free }.
}
problem-network-connected = endpoint with name { $container } already exists in network { $name }. Disconnect it first, or leave it as it is.
problem-network-in-use = error while removing network: network { $name } id { $id } has active endpoints. These containers are on it: { $containers }. Stop or disconnect them first.
problem-network-predefined = { $name } is a pre-defined network and cannot be removed. Remove only networks that were made by somebody.
problem-network-teardown = { $count } things went wrong while the network was taken away, which went on all the same: { $reasons }. What is left stays in the journal and is tried again when the engine ends or starts.
problem-no-such-network-driver = plugin "{ $driver }" not found: there is no network driver of that name. There is `bridge`.
problem-network-address-taken = Address already in use: { $address } of the network { $network } is another container's, the gateway's, or one that nobody can have. Choose another one, or leave { $flag } out.
problem-address-outside = Invalid address { $address }: It does not belong to any of this network's subnets. The network { $network } has { $subnet }: choose an address of that.
problem-address-user-only = user specified IP address is supported on user defined networks only: { $network } gives addresses itself. Make a network with `docker network create --subnet …`, or leave { $flag } out.
problem-alias-user-only = network-scoped alias is supported only for containers in user defined networks: nobody answers for names on { $network }. Make a network with `docker network create`, or leave the alias out.
problem-invalid-ipv4 = invalid IPv4 address: { $address }. Write it as four numbers, like 172.20.0.5.
problem-network-reserved = operation is not permitted on predefined { $name } network. It is there already: choose another name.
problem-network-only-one = only one instance of "{ $driver }" network is allowed, and it is there already. Use that one, or make a bridge: leave --driver out.
problem-network-bridge-taken = cannot create network { $name } ({ $bridge }): conflicts with network { $other } ({ $bridge }): networks have same bridge name. Choose another name for the bridge.
problem-network-option-invalid = failed to parse { $option } value: { $value } ({ $wanted } is wanted). Correct it, or leave the option out.
problem-network-cidr-invalid = Invalid subnet { $subnet } : invalid CIDR address: { $subnet }. Write it as ADDRESS/PREFIX, like 172.28.0.0/16.
problem-network-gateway-invalid = invalid gateway address { $gateway } in Ipam configuration. Write an IPv4 address of the subnet.
problem-network-auxiliary = { $why ->
    [outside] auxiliary address: ({ $name }:{ $address }) must belong to the master pool: { $subnet }.
   *[taken] failed to allocate secondary ip address ({ $name }:{ $address }): Address already in use. It is the gateway's, another one's, or an end of { $subnet }.
} Choose another with --aux-address.
problem-network-no-gateway = failed to allocate gateway ({ $gateway }): { $why ->
    [taken] Address already in use
    [outside] Requested address is out of range
   *[none] No available addresses on this pool
}. The subnet is { $subnet }: choose a larger one, or a gateway in it that is neither its first nor its last address.
problem-network-many-subnets = bridge driver doesn't support multiple subnets. Name one, and make a second network for the other.
problem-network-no-pool6 = could not find an available, non-overlapping IPv6 address pool among the defaults to assign to the network: there are no defaults of IPv6. Name one with --subnet, like `--ipv6 --subnet fd00:1::/64`.
problem-address-no-subnet = user specified IP address is supported only when connecting to networks with user configured subnets: { $network } has no subnet of IPv6 to take { $address } from. Make a network with `docker network create --ipv6 --subnet fd00:1::/64 NAME`, or leave --ip6 out.
problem-invalid-ipv6 = invalid IPv6 address: { $address }. Write it like fd00:1::5.
problem-network-no-pool = could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network. Remove networks that are not needed (`docker network prune`), or choose a subnet with --subnet.
problem-network-not-connected = container { $id } is not connected to network { $network }. `docker inspect { $container }` shows which it is on.
problem-network-host-fixed = container cannot be disconnected from host network or connected to host network. It is the host's namespace itself: create the container { $container } anew with --network.
problem-network-none-alone = container cannot be connected to multiple networks with one of the networks in private (none) mode. Disconnect { $container } from none first.
problem-network-shared-alone = container sharing network namespace with another container or host cannot be connected to any other network. { $container } has no network of its own: connect the one whose network it is.
problem-network-file-unreadable = { $path } holds no network that can be believed ({ $reason }). It was left as it is and the network is not there. Delete the file and make the network anew.
problem-names-served = Names are answered for at { $address } in the network namespace of { $container }.
problem-port-allocated = driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Bind for { $address } failed: port is already allocated. The container { $holder } has it: choose another one (the number before the colon of -p), or end that container.
problem-port-taken = driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Error starting userland proxy: listen { $transport } { $address }: bind: { $reason }. { $known ->
    [process] { $holder } (PID { $pid }) listens on port { $port }
   *[nobody] Another program, of another user, listens on port { $port }
    }: choose another one (the number before the colon of -p), or end that program.
problem-port-denied = driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Error starting userland proxy: listen { $transport } { $address }: bind: { $reason }. Without root a port below 1024 is not to be had: take a higher one (-p 8080:80), or allow it with `sudo sysctl net.ipv4.ip_unprivileged_port_start={ $port }`.
problem-port-refused = driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Error starting userland proxy: listen { $transport } { $address }: bind: { $reason }. The address must be one of the host's that containers run on: leave it out (-p 8080:80), or take 127.0.0.1.
problem-port-transport = driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Error starting userland proxy: protocol not supported. Ports of { $transport } are not published here: tcp and udp are.
problem-ports-used-up = driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): all ports of { $transport } are allocated. End containers that have some, or name a port (-p 8080:80).
problem-port-not-here = The port of { $container } is one of the lab's host, but not of this machine: { $transport } { $address }: { $reason }. { $known ->
    [process] { $holder } (PID { $pid }) has it.
   *[nobody] Another program has it, or it is not allowed.
    } A browser on this machine does not reach the container there.
problem-publish-discarded = Published ports are discarded when using host network mode. The container listens on the host itself: leave -p out.
problem-publish-rules-refused = nft could not make the rules that lead packets to published ports ({ $reason }). From this machine's loopback and from containers the ports are reached all the same; from elsewhere they are not. Check that the kernel has nft_fib_ipv4 and nft_nat.
